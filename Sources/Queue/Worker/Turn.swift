import HawserCore
import HawserRedis

/// A job that a worker has got a lease of.
struct Claim: Sendable {
    let id: JobID
    let queue: QueueName
    let record: JobStateRecord
    let body: JobBody
    let journal: Journal
}

/// What came of an attempt.
struct Settlement: Sendable {
    /// What the engine is to do with the job; the letters are those of `Scripts.turn`.
    enum Outcome: String, Sendable {
        case succeeded = "D"
        case failed = "F"
        case cancelled = "C"
        case tryAgain = "T"
        case undoAgain = "U"
        case wait = "W"
        case putAside = "P"
        case handBack = "H"
    }

    let id: JobID
    let queue: QueueName
    let fence: Int
    let outcome: Outcome
    /// Seconds until the next look, where the outcome has one.
    var delay: Double = 0
    /// The result or the error as JSON; empty when there is none.
    var text = ""
}

/// The answer of a turn.
struct TurnReply: Sendable {
    /// Per settlement, whether it was accepted: the lease was still held.
    let accepted: [Bool]
    let claims: [Claim]
    /// Jobs that were claimed but cannot be read; with what is known of them.
    let unreadable: [Settlement]
    /// How long until something of the queue falls due; nil: nothing will.
    let next: Duration?
    /// Whether ready jobs are left.
    let isMoreReady: Bool
}

extension JobQueues {
    /// Lost leases after which a job is failed.
    static let poisonLimit = 3
    /// How long a worker waits for Redis: nobody waits for the worker's answer, and a turn given up is a turn's
    /// claims lost until their leases end.
    private static let patience = RedisDeadline.within(.seconds(5))
    /// The most expired leases and due jobs one turn moves.
    static let turnLimit = 1_000

    private static let poisonText = JobError.poison.stored
    private static let deadlineText = JobError.deadline.stored
    private static let cancelledText = JobError.cancelled.stored

    /// Settles and claims in one call.
    func turn(
        _ queue: QueueName,
        worker: String,
        lease: Duration,
        settle: [Settlement],
        want: Int
    ) async throws -> TurnReply {
        var arguments: [RedisArgument] = [
            .string(worker), .int(lease.milliseconds), .int(want), .int(Self.turnLimit), .int(Self.poisonLimit),
            .string(Self.poisonText), .string(Self.deadlineText), .string(Self.cancelledText),
            archive == nil ? "1" : "",
        ]
        arguments.reserveCapacity(9 + settle.count * 5)
        for settlement in settle {
            arguments.append(.string(settlement.id.text))
            arguments.append(.int(settlement.fence))
            arguments.append(.string(settlement.outcome.rawValue))
            arguments.append(.int(Int64(settlement.delay * 1000)))
            arguments.append(.string(settlement.text))
        }
        let reply = try await redis.call(
            Scripts.turn,
            keys: QueueKeys(queue).all,
            arguments: arguments,
            deadline: Self.patience
        )
        guard let parts = reply.array, parts.count == 4, let accepted = parts[0].array, let claimed = parts[1].array,
            let next = parts[2].int, let left = parts[3].int
        else { throw QueueError.corrupt("turn") }
        var claims: [Claim] = []
        claims.reserveCapacity(claimed.count / 4)
        var unreadable: [Settlement] = []
        for at in stride(from: 0, to: claimed.count - 3, by: 4) {
            guard let id = claimed[at].string, let blob = claimed[at + 1].bytes else {
                throw QueueError.corrupt("turn")
            }
            let record = try JobStateRecord(packed: blob)
            do {
                claims.append(
                    Claim(
                        id: JobID(trusted: id),
                        queue: queue,
                        record: record,
                        body: try JobBody(stored: claimed[at + 2].bytes ?? []),
                        journal: try Journal(stored: claimed[at + 3].string ?? "")
                    )
                )
            } catch {
                // What cannot be read is not deleted: it is failed, with the reason, for somebody to look at.
                let error = JobError.permanent("unreadable", "\(error)")
                unreadable.append(
                    Settlement(
                        id: JobID(trusted: id),
                        queue: queue,
                        fence: record.fence,
                        outcome: .failed,
                        text: error.stored
                    )
                )
            }
        }
        return TurnReply(
            accepted: accepted.map { $0.int == 1 },
            claims: claims,
            unreadable: unreadable,
            next: next < 0 ? nil : .milliseconds(next),
            isMoreReady: left == 1
        )
    }

    /// Renews leases.
    ///
    /// - Returns: those that are lost, and those whose job is to be cancelled.
    func beat(
        _ queue: QueueName,
        lease: Duration,
        held: [(id: JobID, fence: Int)]
    ) async throws -> (lost: [JobID], cancelled: [JobID]) {
        var lost: [JobID] = []
        var cancelled: [JobID] = []
        for start in stride(from: 0, to: held.count, by: Self.scriptLimit) {
            var arguments: [RedisArgument] = [.int(lease.milliseconds)]
            for one in held[start..<min(held.count, start + Self.scriptLimit)] {
                arguments.append(.string(one.id.text))
                arguments.append(.int(one.fence))
            }
            let reply = try await redis.call(
                Scripts.beat,
                keys: QueueKeys(queue).all,
                arguments: arguments,
                deadline: Self.patience
            )
            let news = reply.array ?? []
            for at in stride(from: 0, to: news.count - 1, by: 2) {
                guard let id = news[at].string, let what = news[at + 1].int else { throw QueueError.corrupt("beat") }
                if what == 1 { lost.append(JobID(trusted: id)) } else { cancelled.append(JobID(trusted: id)) }
            }
        }
        return (lost, cancelled)
    }

    /// Appends to the journal of a running job.
    ///
    /// - Throws: `QueueError.leaseLost` when the fence is not the current one.
    func append(_ entry: Journal.Entry, to claim: Claim, undoable: Bool) async throws {
        let reply = try await redis.call(
            Scripts.append,
            keys: QueueKeys(claim.queue).all,
            arguments: [
                .string(claim.id.text), .int(claim.record.fence), .string(Journal.line(entry)),
                undoable ? "1" : "0",
            ]
        )
        guard reply.int == 1 else { throw QueueError.leaseLost(id: claim.id.text) }
    }

    /// Tells how far a running job is.
    ///
    /// - Throws: `QueueError.leaseLost` when the fence is not the current one.
    func report(_ progress: JSON, of claim: Claim) async throws {
        let reply = try await redis.call(
            Scripts.progress,
            keys: QueueKeys(claim.queue).all,
            arguments: [.string(claim.id.text), .int(claim.record.fence), .string(progress.text)]
        )
        guard reply.int == 1 else { throw QueueError.leaseLost(id: claim.id.text) }
    }
}

extension JobError {
    /// The error as Redis keeps it.
    var stored: String { (try? JSON(encoding: self).text) ?? "" }
}

extension Duration {
    /// Whole milliseconds, cut off.
    var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// Seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
