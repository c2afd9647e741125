package import HawserCloud
package import HawserCore
package import HawserQueue

extension JobContext {
    /// Waits for news of a change that was asked for before.
    ///
    /// All who wait for things of one tenant share its listings. A look that finds none that is new enough has one made
    /// and comes back for it, so that no slot is held while the cloud answers. The first look is soon, for what is done
    /// soon; then they become rarer, and content with older news: an eighth of the time that has passed, up to some
    /// seconds. Where the cloud tells of the end of changes, looks are few: the job is woken to look.
    ///
    /// - Parameters:
    ///   - name: the poll's name.
    ///   - things: what changes.
    ///   - watch: where the check looks.
    ///   - wakes: what wakes jobs by the notifications this process hears.
    ///   - asked: a moment before the cloud was asked for the change; nil: the end of the poll before.
    ///   - limit: how long it may take in all.
    ///   - check: looks once, with how new news must be; nil: not yet.
    /// - Returns: what the check found.
    /// - Throws: what the check throws, and the engine's own unwinding.
    @discardableResult
    package func news<Value: Codable & Sendable>(
        _ name: String,
        about things: [CloudThing],
        _ watch: CloudWatch,
        wakes: CloudWakes?,
        since asked: Timestamp? = nil,
        atMost limit: Duration = .seconds(1800),
        _ check: @Sendable (Freshness) async throws -> Value?
    ) async throws -> Value {
        let wakes = watch.isNotified ? wakes : nil
        let outlook = wakes?.expect(things, job: id, queue: queue, since: asked ?? askedSince)
        let passed = passed(since: name) ?? 0
        // By the clock of the machine that asked, which may be a little behind.
        let began = ContinuousClock.now - .seconds(max(0, passed - 0.1))
        let fresh = Freshness(
            // Woken, it must not be shown what was listed before what woke it.
            after: max(began, outlook?.lastEnd ?? began),
            within: .seconds(min(max(passed / 8, 0.3), 3)),
            asker: id.text
        )
        let value = try await poll(
            name,
            every: outlook?.interval ?? CloudOutlook.interval,
            first: outlook?.first ?? CloudOutlook.first,
            atMost: limit
        ) {
            do {
                let found = try await check(fresh)
                watch.answered(fresh.asker)
                return found
            } catch let later as NewsToCome {
                throw LookAgain(after: later.after / .seconds(1))
            } catch {
                watch.answered(fresh.asker)
                throw error
            }
        }
        wakes?.forget(id)
        return value
    }
}

extension CloudHandler {
    /// The same for a handler.
    @discardableResult
    func news<Value: Codable & Sendable>(
        _ name: String,
        about things: [CloudThing],
        _ watch: CloudWatch,
        _ job: JobContext,
        since asked: Timestamp? = nil,
        _ check: @Sendable (Freshness) async throws -> Value?
    ) async throws -> Value {
        try await job.news(name, about: things, watch, wakes: services.wakes, since: asked, check)
    }
}
