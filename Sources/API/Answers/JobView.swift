import Foundation
import HawserCore
import HawserJobs
public import HawserQueue
public import HawserRecords

/// A job as clients see it.
public enum JobView {
    /// The whole job; `isOperator` shows of its error what its owner is not shown.
    static func json(_ job: JobRecord, isOperator: Bool = false) -> JSON {
        var view: [String: JSON] = [
            "id": .string(job.id.text),
            "kind": .string(job.kind),
            "queue": .string(job.queue.text),
            "tenant_id": .string(job.tenant),
            "state": .string(job.state.rawValue),
            "priority": .int(Int64(job.priority)),
            "attempt": .int(Int64(max(job.attempt, 0))),
            "max_attempts": .int(Int64(job.maxAttempts)),
            "lost_leases": .int(Int64(job.lostLeases)),
            "cancel_requested": .bool(job.isCancelRequested && !job.state.isFinal),
            "created_at": .string(job.created.rfc3339),
            "updated_at": .string(job.changed.rfc3339),
            "run_at": time(job.runAt),
            "deadline_at": time(job.deadline),
            "worker": job.worker.map { .string($0) } ?? .null,
            "progress": job.progress ?? .null,
            "result": job.result ?? .null,
            "error": job.error.map { error($0, isOperator: isOperator) } ?? .null,
            "steps": .array(steps(job.journal, isOperator: isOperator)),
        ]
        view["arguments"] = KindList.named(job.kind)?.shown(job.arguments) ?? job.arguments
        return .object(view)
    }

    /// The whole job and its changes as text for people.
    public static func pretty(_ job: JobRecord, history: [JobChange]) -> String {
        var view = json(job, isOperator: true).object ?? [:]
        view["history"] = .array(history.map { json($0, of: job.id) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = try? encoder.encode(JSON.object(view))
        return text.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// One change of a job.
    static func json(_ change: JobChange, of id: JobID) -> JSON {
        [
            "id": .string(id.text), "sequence": .int(Int64(change.sequence)), "state": .string(change.state.rawValue),
            "at": .string(change.at.rfc3339), "attempt": .int(Int64(max(change.attempt, 0))),
            "worker": change.worker.map { .string($0) } ?? .null,
            "error": change.error.map { error($0, isOperator: false) } ?? .null,
            "progress": change.progress ?? .null,
        ]
    }

    /// The validator of a job's state, for `ETag`.
    static func tag(_ job: JobRecord) -> String {
        "\"\(job.sequence)-\(job.fence)-\(job.journal.entries.count)\""
    }

    /// Seconds after which looking again makes sense.
    static func retryAfter(_ job: JobRecord) -> Int {
        guard let at = job.runAt else { return 1 }
        return min(max(Int(at.seconds(since: .now).rounded(.up)), 1), 60)
    }

    /// A job that was just accepted, as Redis has it now.
    static func accepted(_ submission: JobSubmission, at now: Timestamp) -> JobRecord {
        let isLater = submission.runAt.map { $0 > now } ?? false
        return JobRecord(
            id: submission.id,
            queue: submission.queue,
            kind: submission.kind,
            tenant: submission.tenant,
            arguments: submission.arguments,
            locks: submission.locks,
            state: isLater ? .scheduled : .queued,
            sequence: 1,
            fence: 0,
            attempt: 0,
            maxAttempts: submission.maxAttempts,
            lostLeases: 0,
            priority: submission.priority,
            created: now,
            changed: now,
            runAt: isLater ? submission.runAt : nil,
            deadline: submission.deadline.map { now.adding(seconds: $0) },
            worker: nil,
            isCancelRequested: false,
            result: nil,
            error: nil,
            progress: nil,
            journal: Journal()
        )
    }

    private static func time(_ time: Timestamp?) -> JSON { time.map { .string($0.rfc3339) } ?? .null }

    private static func error(_ error: JobError, isOperator: Bool) -> JSON {
        var view: [String: JSON] = [
            "code": .string(error.code), "message": .string(error.message), "details": error.details ?? .null,
        ]
        if isOperator, let details = error.operatorDetails { view["operator"] = details }
        return .object(view)
    }

    private static func steps(_ journal: Journal, isOperator: Bool) -> [JSON] {
        journal.entries.filter { $0.event != .ending }.map { entry in
            var view: [String: JSON] = [
                "name": .string(entry.step), "event": .string(entry.event.rawValue), "at": .string(entry.at.rfc3339),
            ]
            // What a handler remembers is its own matter: ids of a cloud's requests, secrets that are sealed.
            if isOperator { view["result"] = entry.result ?? .null }
            return .object(view)
        }
    }
}
