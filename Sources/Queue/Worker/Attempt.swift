import HawserCore
import Synchronization

/// One attempt of a job: runs its handler, or its undos, and says what came of it.
final class Attempt: Sendable {
    /// Why an attempt is cut off before its handler is done.
    enum Stop: Sendable {
        /// The lease is gone: whatever comes of it counts no more.
        case leaseLost
        case cancelRequested
        /// The attempt took too long.
        case timeout
        /// The whole job took too long.
        case deadline
        /// The worker is stopping.
        case shutdown
    }

    let claim: Claim
    private let handler: AnyHandler?
    private let queues: JobQueues
    private let stop = Mutex<Stop?>(nil)
    private let journal: Mutex<Journal>

    /// An undo that fails this often is given up, and what is left is named in the job's error.
    private static let undoLimit = 20
    private static let undoRetry = RetryPolicy(base: 1, cap: 60)
    /// How long a job of a kind nobody here knows is put aside; another worker may know it.
    private static let unknownKindDelay = 15.0

    init(_ claim: Claim, handler: AnyHandler?, queues: JobQueues) {
        self.claim = claim
        self.handler = handler
        self.queues = queues
        journal = Mutex(claim.journal)
    }

    /// Notes why the attempt's task is about to be cancelled; the first reason counts.
    func halt(_ reason: Stop) {
        stop.withLock { if $0 == nil { $0 = reason } }
    }

    /// Whether it is to be cut off.
    var isHalted: Bool { stop.withLock { $0 != nil } }

    /// Runs the attempt.
    ///
    /// - Returns: what to settle; nil when the lease is lost and nothing is to be settled.
    func run() async -> Settlement? {
        guard let handler else {
            let error = JobError.permanent("unknown_kind", "no worker here knows the kind \(claim.body.kind)")
            return settle(.putAside, delay: Self.unknownKindDelay, error)
        }
        if let ending = claim.journal.ending {
            // As in `end`: the heartbeat of a cancelled job would cut off each run that takes it back.
            return await Task { await undo(ending, handler) }.value
        }
        if claim.record.flags.contains(.cancel) { return await end(cancelled: true, .cancelled, handler) }
        if claim.record.flags.contains(.poison) { return await end(cancelled: false, .poison, handler) }
        if let deadline = claim.record.deadline, deadline <= .now {
            return await end(cancelled: false, .deadline, handler)
        }
        let context = JobContext(claim, mode: .forward, journal: claim.journal, queues: queues)
        do {
            let text = try await handler.run(claim.body.arguments, context)
            await context.tellLastProgress()
            return Settlement(
                id: claim.id,
                queue: claim.queue,
                fence: claim.record.fence,
                outcome: .succeeded,
                text: text
            )
        } catch {
            journal.withLock { $0 = context.journal }
            await context.tellLastProgress()
            return await settle(error, handler)
        }
    }

    /// Decides what a thrown error means.
    private func settle(_ error: any Error, _ handler: AnyHandler) async -> Settlement? {
        switch stop.withLock({ $0 }) {
        case .leaseLost: return nil
        case .cancelRequested: return await end(cancelled: true, .cancelled, handler)
        case .deadline: return await end(cancelled: false, .deadline, handler)
        case .shutdown:
            if error is CancellationError { return settle(.handBack, nil) }
        case .timeout:
            if error is CancellationError {
                let limit = Int(handler.attemptTimeout.seconds)
                return await failed(.retryable("timeout", "the attempt took longer than \(limit) s"), handler)
            }
        case nil: break
        }
        switch error {
        case Unwinding.wait(let delay): return settle(.wait, delay: delay, nil)
        case QueueError.leaseLost: return nil
        case let error as JobError: return await failed(error, handler)
        case let error as any UnavailableError:
            return await failed(.retryable("\(error.service)_unavailable", "\(error)"), handler)
        default: return await failed(.retryable("error", "\(error)"), handler)
        }
    }

    private func failed(_ error: JobError, _ handler: AnyHandler) async -> Settlement? {
        guard error.isRetryable, claim.record.attempt < claim.record.maxAttempts else {
            return await end(cancelled: false, error, handler)
        }
        let wait = handler.retry.wait(after: claim.record.attempt, asked: error.retryAfter)
        return settle(.tryAgain, delay: wait, error)
    }

    /// Gives the job up: at once when there is nothing to take back, else by undoing its steps.
    private func end(cancelled: Bool, _ error: JobError, _ handler: AnyHandler) async -> Settlement? {
        let entry = Journal.Entry(
            step: "",
            event: .ending,
            at: .now,
            error: error,
            isCancelled: cancelled,
            attempt: claim.record.attempt
        )
        guard journal.withLock({ $0.entries.contains { $0.isUndoable == true } }) else {
            return settle(cancelled ? .cancelled : .failed, error)
        }
        // Cancelling the attempt must not cut off what takes it back.
        return await Task {
            do {
                try await queues.append(entry, to: claim, undoable: false)
            } catch QueueError.leaseLost {
                return nil
            } catch {
                // Redis is away: the lease will run out, or this is settled when it is back, and another run ends it.
                return settle(.undoAgain, delay: 1, .retryable("undo", "\(error)"))
            }
            journal.withLock { $0.append(entry) }
            return await undo(entry, handler)
        }.value
    }

    /// Runs the undos of all steps that have begun, the last first.
    private func undo(_ ending: Journal.Entry, _ handler: AnyHandler) async -> Settlement? {
        let context = JobContext(claim, mode: .undoing, journal: journal.withLock { $0 }, queues: queues)
        // Running the handler once more meets every step that has begun; it ends at the first that has not.
        _ = try? await handler.run(claim.body.arguments, context)
        let undos = context.state.withLock { $0.undos }
        var begun: [String] = []
        for entry in context.journal.entries where entry.isUndoable == true && !begun.contains(entry.step) {
            begun.append(entry.step)
        }
        var kept: [String] = []
        for step in begun.reversed() where context.journal.entry(step, .undone) == nil {
            // Given up in an earlier run: the steps before it have tries of their own.
            if context.journal.entry(step, .stays) != nil { continue }
            let undo = undos.last { $0.step == step }
            do {
                guard let undo else { throw JobError.retryable("unreached", "the handler did not come to this step") }
                try await undo.run()
                try await context.write(Journal.Entry(step: step, event: .undone, at: .now))
            } catch QueueError.leaseLost {
                return nil
            } catch let lasting as Kept {
                kept.append(lasting.description)
            } catch {
                // An error that is not the handler's own words is for operators.
                let cause = error as? JobError
                let failure = cause ?? .retryable("failed", "it failed", operatorDetails: .string("\(error)"))
                let tries = context.journal.triesOfUndo(step, failing: failure)
                let isFinal = tries >= failure.undoTries ?? (failure.isRetryable ? Self.undoLimit : 1)
                // All that was said is kept of the last failure only.
                let entry = Journal.Entry(
                    step: step,
                    event: isFinal ? .stays : .resisted,
                    at: .now,
                    error: isFinal ? failure : .permanent(failure.code, failure.message)
                )
                do {
                    try await context.write(entry)
                } catch QueueError.leaseLost {
                    return nil
                } catch {
                    return settle(.undoAgain, delay: 1, .retryable("undo", "\(error)"))
                }
                guard isFinal else {
                    let text = "cannot yet undo step \(step): \(failure)"
                    let error = JobError.retryable("undo", text, operatorDetails: failure.operatorDetails)
                    let wait = Self.undoRetry.wait(after: tries, asked: failure.retryAfter)
                    return settle(.undoAgain, delay: wait, error)
                }
            }
        }
        let (failures, reasons) = Self.left(context.journal, begun)
        var error = ending.error ?? .cancelled
        error.message = ([error.message] + kept.reversed()).joined(separator: "; ")
        if !failures.isEmpty {
            error.details = ["not_undone": .array(failures), "details": error.details ?? .null]
            error.operatorDetails = ["not_undone": .array(reasons), "details": error.operatorDetails ?? .null]
        }
        return settle(ending.isCancelled == true ? .cancelled : .failed, error)
    }

    /// What could not be taken back, for the job's owner and for operators.
    private static func left(_ journal: Journal, _ steps: [String]) -> (told: [JSON], reasons: [JSON]) {
        let left = steps.reversed().compactMap { step in
            journal.entry(step, .stays)?.error.map { (step: step, error: $0) }
        }
        let told = left.map { step, error -> JSON in
            let result = journal.entry(step, .done)?.result
            return ["step": .string(step), "result": result ?? .null, "error": .string("\(error)")]
        }
        return (told, left.map { ["step": .string($0.step), "reason": $0.error.operatorDetails ?? .null] })
    }

    private func settle(_ outcome: Settlement.Outcome, delay: Double = 0, _ error: JobError?) -> Settlement {
        Settlement(
            id: claim.id,
            queue: claim.queue,
            fence: claim.record.fence,
            outcome: outcome,
            delay: delay,
            text: error?.stored ?? ""
        )
    }
}

extension JobError {
    static let cancelled = JobError.permanent("cancelled", "cancelled on request")
    static let poison = JobError.permanent(
        "poison",
        "the worker died or stalled \(JobQueues.poisonLimit) times while it ran this job"
    )
    static let deadline = JobError.permanent("deadline", "the job's deadline passed before it was done")
}
