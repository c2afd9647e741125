import HawserCore
import HawserJobs
import HawserMetadata
import HawserQueue
import HawserStorage

/// Moves the files of a list, a few at a time; done again after a crash, it goes on with those that are not done.
struct TransferRun: Sendable {
    typealias Move = @Sendable (TransferItem, @escaping @Sendable (Int64) async -> Void) async throws -> Void

    private static let batch = 500
    private static let atOnce = 16
    private static let shownFailures = 20
    /// How long files are moved, in seconds, before the job gives its slot to others and comes back.
    ///
    /// That it comes back also shows that it does not kill its workers: a job whose worker dies three times between two
    /// rests is given up by the engine.
    private static let shift = 5.0

    let store: FileStore
    let job: JobContext

    /// Makes the list.
    ///
    /// - Throws: `JobError` when there is nothing to be moved for a reason that stays.
    func scan(_ body: @Sendable () async throws -> FileStore.Scan) async throws -> FileStore.Scan {
        try await job.step("scan") {
            do {
                return try await body()
            } catch let refusal as FileStore.Refusal {
                throw Self.error(refusal.code, refusal.message)
            }
        }
    }

    /// Moves what is not moved yet.
    ///
    /// - Parameters:
    ///   - scan: the list.
    ///   - move: moves one file and notes it as done, in a way that bears being done twice.
    /// - Returns: what is moved in all.
    /// - Throws: `JobError` when some cannot be moved: the others are.
    func run(_ scan: FileStore.Scan, _ move: @escaping Move) async throws -> TransferOutcome {
        let before = try await store.transfers.tally(scan.id)
        let meter = TransferMeter(
            job: job,
            total: scan.bytes,
            totalFiles: scan.files,
            done: before.bytes[.done] ?? 0,
            doneFiles: before.files[.done] ?? 0
        )
        await meter.tell()
        // Longer shifts the longer it takes, so that the journal of a job of days stays short.
        let shift = max(Self.shift, Timestamp.now.seconds(since: job.created) / 20)
        let end = ContinuousClock.now + .seconds(shift)
        var last: Int64 = -1
        while true {
            let batch = try await store.transfers.pending(scan.id, after: last, limit: Self.batch)
            guard let lastOfBatch = batch.last else { break }
            last = lastOfBatch.number
            let isOver = try await all(batch, until: end, meter, move)
            if isOver { try await rest(scan) }
        }
        return try await outcome(scan)
    }

    /// Moves files, a few at a time, until a moment, but at least one.
    ///
    /// - Returns: whether it has come.
    private func all(
        _ batch: [TransferItem],
        until end: ContinuousClock.Instant,
        _ meter: TransferMeter,
        _ move: @escaping Move
    ) async throws -> Bool {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, item) in batch.enumerated() where index == 0 || ContinuousClock.now < end {
                if index >= Self.atOnce { try await group.next() }
                group.addTask { try await one(item, meter, move) }
            }
            try await group.waitForAll()
        }
        return ContinuousClock.now >= end
    }

    /// Ends this run, which goes on in the next, if any file was moved since the last time.
    private func rest(_ scan: FileStore.Scan) async throws {
        let tally = try await store.transfers.tally(scan.id)
        let moved = scan.files - (tally.files[.pending] ?? 0)
        try await job.poll("rest after \(moved)", every: 0.05...0.05, first: 0.05) { true }
    }

    private func one(_ item: TransferItem, _ meter: TransferMeter, _ move: Move) async throws {
        let share = TransferMeter.Share(meter)
        do {
            try await move(item) { await share.add($0) }
            await share.finish(item.size)
        } catch let refusal as FileStore.Refusal {
            await share.drop()
            try await store.transfers.fail(item, code: refusal.code, message: refusal.message)
        } catch let error as StorageError {
            await share.drop()
            switch error {
            case .damaged, .badName, .idTaken:
                try await store.transfers.fail(item, code: 9, message: "the stored bytes cannot be used")
                Log("transfer").error("a file cannot be moved", ["job": job.id.text, "error": "\(error)"])
            default: throw JobError.retryable("storage", "\(error)")
            }
        } catch {
            await share.drop()
            throw error
        }
    }

    private func outcome(_ scan: FileStore.Scan) async throws -> TransferOutcome {
        let tally = try await store.transfers.tally(scan.id)
        let failures = try await store.transfers.failures(scan.id, limit: Self.shownFailures)
        guard tally.files[.pending] ?? 0 == 0 else {
            throw JobError.retryable("unfinished", "not all files are moved yet")
        }
        let failed = Int(tally.files[.failed] ?? 0) + scan.obstacleCount
        guard failed > 0 else {
            return TransferOutcome(files: tally.files[.done] ?? 0, bytes: tally.bytes[.done] ?? 0)
        }
        let shown =
            failures.map { failure -> JSON in
                ["path": .string(failure.path), "code": .int(Int64(failure.code)), "message": .string(failure.message)]
            } + scan.obstacles.map { ["code": 1, "message": .string($0)] }
        let first = failures.first?.message ?? scan.obstacles.first ?? ""
        // Whoever retries the job wants them tried again.
        try await store.transfers.reopen(scan.id)
        let isOnly = scan.files == 1 && scan.obstacleCount == 0
        throw Self.error(
            failures.first?.code ?? 1,
            isOnly ? first : "\(failed) of \(scan.files + Int64(scan.obstacleCount)) files were not moved: \(first)",
            ["failed": .int(Int64(failed)), "files": .array(shown)]
        )
    }

    /// A failure with a number of seed 001.
    private static func error(_ code: Int, _ message: String, _ more: [String: JSON] = [:]) -> JobError {
        .permanent(
            "refused",
            message,
            details: .object(more.merging(["code": .int(Int64(code))]) { given, _ in given })
        )
    }
}
