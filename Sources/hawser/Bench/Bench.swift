import Foundation
import HawserCore
import HawserQueue
import HawserRecords
import Synchronization

/// Measures the engine on a queue of its own; each figure is one JSON line on standard output.
struct Bench: Sendable {
    private let jobs: Int
    private let batch: Int
    private let held: Int
    private let backlog: Int
    private let isRecording: Bool
    private let assembly: Assembly
    private let queue: QueueName

    init(_ invocation: Invocation) throws {
        jobs = invocation.whole("jobs") ?? 100_000
        batch = invocation.whole("batch") ?? 1000
        held = invocation.whole("held") ?? 0
        backlog = invocation.whole("backlog") ?? 0
        isRecording = invocation.options["unrecorded"] == nil
        assembly = try Assembly(invocation.configuration)
        let random = String(UInt32.random(in: 0...UInt32.max), radix: 16)
        guard let queue = QueueName("bench-\(random)") else { throw CommandFailure(description: "no queue name") }
        self.queue = queue
    }

    /// Enqueue, drain and pick-up latency.
    func drain() async throws {
        let recorder = try await record()
        defer { recorder?.cancel() }
        try await enqueueSingly(min(jobs, 5000))
        _ = try await work("warm-up", expecting: min(jobs, 5000))
        var holder: (worker: Worker, task: Task<Void, any Error>)?
        if held > 0 { holder = try await hold() }
        try await enqueueInBatches(jobs + backlog)
        let commands = assembly.queues.redisCommands
        let seconds = try await work("drain", expecting: jobs)
        report(
            "drain",
            [
                "jobs": .int(Int64(jobs)), "seconds": .double(seconds), "per_second": .double(Double(jobs) / seconds),
                "held": .int(Int64(held)), "backlog": .int(Int64(backlog)),
                "commands_per_job": .double(Double(assembly.queues.redisCommands - commands) / Double(jobs)),
            ]
        )
        if isRecording, backlog == 0 { try await recorded() }
        if backlog == 0 { try await latency(500) }
        if let holder {
            holder.worker.stop()
            try await holder.task.value
        }
        report("memory", ["peak_bytes": .int(Self.peakMemory())])
    }

    /// Many jobs that wait for the outside world, in one worker.
    func wait(with count: Int) async throws {
        let recorder = try await record()
        defer { recorder?.cancel() }
        let before = Self.memory()
        let looks = Atomic<Int>(0)
        let submissions = try (0..<count).map { _ in try JobSubmission(Waiting.self, .init(), queue: queue) }
        for start in stride(from: 0, to: count, by: 5000) {
            try await assembly.queues.enqueue(Array(submissions[start..<min(count, start + 5000)]))
        }
        let worker = makeWorker([WaitingHandler { looks.wrappingAdd(1, ordering: .relaxed) }])
        let task = Task { try await worker.run() }
        while try await assembly.queues.depth(queue).due < count { try await Task.sleep(for: .milliseconds(100)) }
        let cpu = try await Self.number(assembly.queues.information("cpu"), "used_cpu_user", "used_cpu_sys")
        let (commands, lookedBefore) = (assembly.queues.redisCommands, looks.load(ordering: .relaxed))
        try await Task.sleep(for: .seconds(30))
        let later = try await Self.number(assembly.queues.information("cpu"), "used_cpu_user", "used_cpu_sys")
        report(
            "waiting",
            [
                "jobs": .int(Int64(count)), "resident_bytes": .int(Self.memory()),
                "resident_before_bytes": .int(before),
                "peak_bytes": .int(Self.peakMemory()),
                "polls_per_second": .double(Double(looks.load(ordering: .relaxed) - lookedBefore) / 30),
                "commands_per_second": .double(Double(assembly.queues.redisCommands - commands) / 30),
                "redis_cpu_share": .double((later - cpu) / 30),
            ]
        )
        worker.stop()
        try await task.value
    }

    // MARK: Parts

    private func record() async throws -> Task<Void, Never>? {
        guard isRecording else { return nil }
        try await assembly.prepare()
        let recorder = assembly.recorder("bench")
        return Task(priority: .background) { await recorder.run() }
    }

    private func makeWorker(_ handlers: [any JobHandler], concurrency: Int? = nil) -> Worker {
        var options = WorkerOptions()
        options.queues = [queue]
        options.concurrency = concurrency ?? assembly.configuration.concurrency
        options.lease = .seconds(assembly.configuration.leaseSeconds)
        options.grace = .milliseconds(100)
        return Worker(assembly.queues, handlers: handlers, options: options)
    }

    private func enqueueSingly(_ count: Int) async throws {
        let began = ContinuousClock.now
        for _ in 0..<count { try await assembly.queues.enqueue(JobSubmission(NoWork.self, .init(), queue: queue)) }
        let seconds = Self.seconds(since: began)
        report("enqueue_single", ["jobs": .int(Int64(count)), "per_second": .double(Double(count) / seconds)])
    }

    private func enqueueInBatches(_ count: Int) async throws {
        let began = ContinuousClock.now
        for start in stride(from: 0, to: count, by: batch) {
            let part = try (start..<min(count, start + batch)).map { _ in
                try JobSubmission(NoWork.self, .init(), queue: queue)
            }
            try await assembly.queues.enqueue(part)
        }
        let seconds = Self.seconds(since: began)
        report(
            "enqueue_batch",
            [
                "jobs": .int(Int64(count)), "batch": .int(Int64(batch)), "per_second": .double(Double(count) / seconds),
            ]
        )
    }

    /// Runs a worker until so many jobs are done.
    ///
    /// - Returns: seconds from its start to the last of them.
    private func work(_ name: String, expecting count: Int) async throws -> Double {
        let left = Atomic<Int>(count)
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        let worker = makeWorker([
            NoWorkHandler { _ in
                if left.wrappingSubtract(1, ordering: .relaxed).newValue == 0 { end.finish() }
            }
        ])
        let began = ContinuousClock.now
        let task = Task { try await worker.run() }
        for await _ in ends {}
        let seconds = Self.seconds(since: began)
        worker.stop()
        try await task.value
        return seconds
    }

    private func hold() async throws -> (Worker, Task<Void, any Error>) {
        for start in stride(from: 0, to: held, by: 5000) {
            let part = try (start..<min(held, start + 5000)).map { _ in
                try JobSubmission(Held.self, .init(), queue: queue)
            }
            try await assembly.queues.enqueue(part)
        }
        let worker = makeWorker([HeldHandler()], concurrency: held)
        let task = Task { try await worker.run() }
        while try await assembly.queues.depth(queue).running < held { try await Task.sleep(for: .milliseconds(20)) }
        return (worker, task)
    }

    /// From just before a job is submitted until its handler runs, with an idle worker.
    private func latency(_ count: Int) async throws {
        let (times, time) = AsyncStream.makeStream(of: Double.self)
        let worker = makeWorker([
            NoWorkHandler { arguments in
                let now = DispatchTime.now().uptimeNanoseconds
                time.yield(Double(now - UInt64(arguments.at ?? 0)) / 1e6)
            }
        ])
        let task = Task { try await worker.run() }
        var all: [Double] = []
        var iterator = times.makeAsyncIterator()
        for _ in 0..<count {
            // The worker is let fall idle: it blocks on its wake list again.
            try await Task.sleep(for: .milliseconds(3))
            let at = Int64(DispatchTime.now().uptimeNanoseconds)
            try await assembly.queues.enqueue(JobSubmission(NoWork.self, .init(at: at), queue: queue))
            if let one = await iterator.next() { all.append(one) }
        }
        worker.stop()
        try await task.value
        all.sort()
        report(
            "pick_up_latency",
            [
                "jobs": .int(Int64(count)), "p50_ms": .double(all[all.count / 2]),
                "p99_ms": .double(all[all.count * 99 / 100]),
            ]
        )
    }

    /// How long the recorder takes to have everything.
    private func recorded() async throws {
        let began = ContinuousClock.now
        while try await assembly.queues.depth(queue).jobs > held { try await Task.sleep(for: .milliseconds(50)) }
        report("recorder_catch_up", ["seconds": .double(Self.seconds(since: began))])
    }

    private func report(_ figure: String, _ values: [String: JSON]) {
        var line = values
        line["figure"] = .string(figure)
        print(JSON.object(line).text)
        fflush(nil)
    }

    private static func seconds(since began: ContinuousClock.Instant) -> Double {
        let span = (ContinuousClock.now - began).components
        return Double(span.seconds) + Double(span.attoseconds) / 1e18
    }

    private static func number(_ values: [String: String], _ names: String...) -> Double {
        names.reduce(0) { $0 + (values[$1].flatMap { Double($0) } ?? 0) }
    }

    private static func memory() -> Int64 { status("VmRSS:") }
    private static func peakMemory() -> Int64 { status("VmHWM:") }

    private static func status(_ name: String) -> Int64 {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
        return (line.split(separator: " ").dropFirst().first { !$0.isEmpty }.flatMap { Int64($0) } ?? 0) * 1024
    }
}
