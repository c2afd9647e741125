import HawserCore

extension JobContext {
    /// A part of the job whose result is stored once it is done, so that a later run of the job does not do it again.
    ///
    /// The work may be cut off at any instruction and is then done again: use this form for work that may be
    /// repeated (idempotent), the form with `adopt` for work that leaves something outside.
    ///
    /// - Parameters:
    ///   - name: the step's name, unlike those of the job's other steps and the same in every run.
    ///   - work: what is done; its result is stored as JSON.
    /// - Returns: what the work made, in this run or an earlier one.
    /// - Throws: what the work throws; `QueueError.leaseLost`, `RedisUnavailable`: let them through.
    @discardableResult
    public func step<Value: Codable & Sendable>(
        _ name: String,
        _ work: @Sendable () async throws -> Value
    ) async throws -> Value {
        if let done: Value = try stored(name) { return done }
        guard mode == .forward else { throw Unwinding.notBegun }
        return try await finish(name, try await work())
    }

    /// A step that leaves something outside which has to be found again after a crash, and perhaps taken back.
    ///
    /// That the step begins is recorded first. When a crash leaves it begun but not done, the next run asks `adopt`
    /// for what the dead run may have made, and does the work only when there is nothing.
    ///
    /// - Parameters:
    ///   - name: the step's name, unlike those of the job's other steps and the same in every run.
    ///   - adopt: looks for what an earlier run made (by the job's id in its name or metadata); nil when nothing.
    ///   - undo: takes the step back when the job fails for good or is cancelled; must bear being run twice. It throws
    ///     `Kept` when what was done stays.
    ///   - work: what is done; its result is stored as JSON.
    /// - Returns: what the work made or `adopt` found, in this run or an earlier one.
    /// - Throws: what the closures throw; `QueueError.leaseLost`, `RedisUnavailable`: let them through.
    @discardableResult
    public func step<Value: Codable & Sendable>(
        _ name: String,
        adopt: @escaping @Sendable () async throws -> Value?,
        undo: (@Sendable (Value) async throws -> Void)? = nil,
        _ work: @Sendable () async throws -> Value
    ) async throws -> Value {
        if let done: Value = try stored(name) {
            if let undo { register(Undo(step: name) { try await undo(done) }) }
            return done
        }
        let hasBegun = journal.entry(name, .started) != nil
        guard mode == .forward else {
            if hasBegun, let undo {
                register(Undo(step: name) { if let found = try await adopt() { try await undo(found) } })
            }
            throw Unwinding.notBegun
        }
        if hasBegun, let found = try await adopt() { return try await finish(name, found) }
        return try await finish(name, try await begin(name, isUndoable: undo != nil, work))
    }

    /// A step that changes something outside for good: nothing takes it back.
    ///
    /// That the step begins is recorded first, so that a job which is cancelled or fails later says in its error what was
    /// carried out all the same, or perhaps was.
    ///
    /// - Parameters:
    ///   - name: the step's name, unlike those of the job's other steps and the same in every run.
    ///   - lasting: what it does, for people: `the deletion of the disk`.
    ///   - work: what is done; a crash may have it done again. Its result is stored as JSON.
    /// - Returns: what the work made, in this run or an earlier one.
    /// - Throws: what the work throws; `QueueError.leaseLost`, `RedisUnavailable`: let them through.
    @discardableResult
    public func step<Value: Codable & Sendable>(
        _ name: String,
        lasting: String,
        _ work: @Sendable () async throws -> Value
    ) async throws -> Value {
        if let done: Value = try stored(name) {
            register(Undo(step: name) { throw Kept(lasting) })
            return done
        }
        guard mode == .forward else {
            if journal.entry(name, .started) != nil {
                let isOpen = journal.isOpen(name)
                register(Undo(step: name) { if isOpen { throw Kept(lasting, isCertain: false) } })
            }
            throw Unwinding.notBegun
        }
        return try await finish(name, try await begin(name, isUndoable: true, work))
    }

    /// Whether what an earlier run began in a step may still be under way outside: nothing is known but that it began.
    public func isOpen(_ step: String) -> Bool { journal.isOpen(step) }

    /// Waits for the outside world without holding a slot.
    ///
    /// When the check finds nothing, the run ends here, the job goes to `waiting`, and at its next poll time the
    /// handler is run again from the top; finished steps and polls return what is stored.
    ///
    /// - Parameters:
    ///   - name: the poll's name, unlike those of the job's steps and other polls.
    ///   - interval: seconds between two looks, from the shortest, at first, to the longest.
    ///   - first: seconds before the first look, for what cannot be done at once, or where looks of many jobs share one
    ///     question that must be newer than this job's own change.
    ///   - limit: how long it may take in all; a look after that which finds nothing fails the job for good
    ///     (`poll_timeout`).
    ///   - check: looks once; nil: not yet. One that throws `LookAgain` has not looked, and says when it can.
    /// - Returns: what the check found.
    /// - Throws: what the check throws, and the engine's own unwinding: let it through.
    @discardableResult
    public func poll<Value: Codable & Sendable>(
        _ name: String,
        every interval: ClosedRange<Double> = 1...15,
        first: Double = 0,
        atMost limit: Duration = .seconds(1800),
        _ check: @Sendable () async throws -> Value?
    ) async throws -> Value {
        if let done: Value = try stored(name) { return done }
        guard mode == .forward else { throw Unwinding.notBegun }
        let began: Timestamp
        if let entry = journal.entry(name, .polling) {
            began = entry.at
        } else {
            began = .now
            try await write(Journal.Entry(step: name, event: .polling, at: began))
        }
        let passed = Timestamp.now.seconds(since: began)
        guard passed >= first else { throw Unwinding.wait(first - passed) }
        let found: Value?
        do {
            found = try await check()
        } catch let again as LookAgain {
            throw Unwinding.wait(max(again.after, 0.01))
        }
        if let found { return try await finish(name, found) }
        guard passed < limit.seconds else {
            throw JobError.permanent("poll_timeout", "\(name): nothing after \(Int(passed)) s")
        }
        // A quarter of the time that has passed: the longer it takes, the rarer the looks.
        throw Unwinding.wait(min(max(passed / 4, interval.lowerBound), interval.upperBound))
    }

    /// Does the work of a step, before which it is recorded that it begins, and after which, that it did nothing.
    private func begin<Value>(
        _ name: String,
        isUndoable: Bool,
        _ work: @Sendable () async throws -> Value
    ) async throws -> Value {
        if !journal.isOpen(name) {
            let entry = Journal.Entry(step: name, event: .started, at: .now, isUndoable: isUndoable)
            try await write(entry, undoable: isUndoable)
        }
        do {
            return try await work()
        } catch let error as JobError where error.leavesNothing {
            try await write(Journal.Entry(step: name, event: .refused, at: .now))
            throw error
        }
    }

    private func stored<Value: Decodable>(_ name: String) throws -> Value? {
        guard let entry = journal.entry(name, .done) else { return nil }
        return try (entry.result ?? .null).decoded()
    }

    private func finish<Value: Encodable>(_ name: String, _ value: Value) async throws -> Value {
        try await write(Journal.Entry(step: name, event: .done, at: .now, result: try JSON(encoding: value)))
        return value
    }
}
