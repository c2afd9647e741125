import HawserCore
import HawserMetadata

/// Encodes one partition: all fragments in one pass over the file, then those whose targets failed, onto spares, in a
/// pass that makes only these.
struct PartitionEncoder {
    let layout: CodedLayout
    let number: Int
    let shape: PartitionShape
    let file: OpenFile
    let offset: Int64
    let threads: CodingThreads
    let health: TargetHealth
    let digest: SourceDigest
    /// Targets that failed before, which come last; those that fail here are added.
    private(set) var failed: Set<String>
    let progress: @Sendable (Int64) async -> Void

    private var failures: [String: any Error] = [:]
    private var finished: [Int: Writing] = [:]
    private var aborts: [Task<Void, Never>] = []

    private struct Writing {
        let index: Int
        let target: any Target
        let path: String
        let sink: any TargetSink

        var fragment: CodedLayout.Fragment { .init(index: index, target: target.id, path: path) }
    }

    init(
        layout: CodedLayout,
        number: Int,
        shape: PartitionShape,
        file: OpenFile,
        offset: Int64,
        threads: CodingThreads,
        health: TargetHealth,
        digest: SourceDigest,
        failed: Set<String>,
        progress: @escaping @Sendable (Int64) async -> Void
    ) {
        self.layout = layout
        self.number = number
        self.shape = shape
        self.file = file
        self.offset = offset
        self.threads = threads
        self.health = health
        self.digest = digest
        self.failed = failed
        self.progress = progress
    }

    /// Encodes onto the first of these targets, and others of them when these fail.
    mutating func encode(onto targets: [any Target]) async throws -> CodedLayout.Partition {
        // Who is known to be in trouble is a spare.
        let isGood = { [health, failed] (target: any Target) in
            !health.isAvoided(target.id) && !failed.contains(target.id)
        }
        var offered = (targets.filter(isGood) + targets.filter { !isGood($0) })[...]
        do {
            var sum: UInt32?
            var missing = Array(0..<shape.count)
            while !missing.isEmpty {
                let writing = try await begin(missing, &offered)
                do {
                    sum = try await pass(writing, spares: offered.count, sum)
                } catch {
                    for entry in writing.values { abort(entry) }
                    throw error
                }
                missing = missing.filter { finished[$0] == nil }
            }
        } catch {
            await FragmentRemoval.remove(finished.values.map(\.fragment), from: finished.values.map(\.target))
            await settle()
            throw error
        }
        await settle()
        let fragments = finished.values.map(\.fragment).sorted { $0.index < $1.index }
        return CodedLayout.Partition(length: shape.length, fragments: fragments)
    }

    /// Writes, ends and verifies fragments; `finished` holds those that went well.
    ///
    /// - Returns: the checksum of the data, which must be the one of an earlier pass.
    private mutating func pass(_ writing: [Int: Writing], spares: Int, _ sum: UInt32?) async throws -> UInt32 {
        let source = try StagedStripes(
            file: file,
            offset: offset,
            shape: shape,
            content: layout.content,
            partition: number,
            outputs: writing.keys.sorted(),
            threads: threads,
            digest: sum == nil ? digest : nil
        )
        let pipeline = FragmentPipeline(
            shape: shape,
            content: layout.content,
            partition: number,
            source: source,
            mayFail: spares
        )
        let (shape, progress) = (shape, progress)
        let isFirst = sum == nil
        let broken = try await pipeline.write(to: writing.mapValues(\.sink)) { stripes in
            if isFirst { await progress(shape.dataRange(stripes: 0..<stripes).upperBound) }
        }
        let whole = writing.filter { broken[$0.key] == nil }
        let written = whole.values.map { ($0.fragment, $0.target) }
        let check = FragmentCheck(layout, threads: threads)
        let wrong = broken.count > spares ? [:] : await check.verify(written, of: number, shape)
        try Task.checkCancellation()
        for (index, error) in broken.merging(wrong, uniquingKeysWith: { first, _ in first }) {
            guard let entry = writing[index] else { continue }
            note(error, entry.target)
            abort(entry)
        }
        for (index, entry) in whole where wrong[index] == nil { finished[index] = entry }
        guard broken.count + wrong.count <= spares else { throw tooFew(finished.count + spares) }
        guard sum == nil || sum == source.sum.value else {
            throw StorageError.damaged(object: file.path, reason: "the staged file changes while it is read")
        }
        return source.sum.value
    }

    /// Begins a file for each of these fragments, on the first targets that let us.
    private mutating func begin(
        _ fragments: [Int],
        _ offered: inout ArraySlice<any Target>
    ) async throws -> [Int: Writing] {
        var writing: [Int: Writing] = [:]
        var missing = fragments
        while !missing.isEmpty {
            guard offered.count >= missing.count else {
                for entry in writing.values { abort(entry) }
                throw tooFew(finished.count + writing.count + offered.count)
            }
            let tries = missing.map { index in
                (index, offered.removeFirst(), FragmentName.new(layout.content, number, index))
            }
            let size = shape.fragmentLength
            let begun = await withTaskGroup(of: (Int, any Target, Result<Writing, any Error>).self) { group in
                for (index, target, path) in tries {
                    group.addTask {
                        do {
                            let sink = try await target.begin(path, size: size)
                            let entry = Writing(index: index, target: target, path: path, sink: sink)
                            return (index, target, .success(entry))
                        } catch {
                            return (index, target, .failure(error))
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            for (index, target, result) in begun {
                switch result {
                case .success(let entry): writing[index] = entry
                case .failure(let error): note(error, target)
                }
            }
            if Task.isCancelled {
                for entry in writing.values { abort(entry) }
                throw CancellationError()
            }
            missing = missing.filter { writing[$0] == nil }
        }
        return writing
    }

    private mutating func note(_ error: any Error, _ target: any Target) {
        guard !(error is CancellationError) else { return }
        failed.insert(target.id)
        failures[target.id] = error
        health.avoid(target.id)
        Log("coding").warning(
            "a target failed while a fragment was written",
            ["target": target.id, "content": layout.content, "partition": number, "error": "\(error)"]
        )
    }

    /// Gives a file up, beside whatever comes next: a target that hangs takes its time for that, too.
    private mutating func abort(_ entry: Writing) {
        aborts.append(Task { await entry.sink.abort() })
    }

    /// Waits for files that are given up, but not for long.
    private func settle() async {
        guard !aborts.isEmpty else { return }
        await Patience.wait { [aborts] in
            for abort in aborts { await abort.value }
        }
    }

    private func tooFew(_ available: Int) -> StorageError {
        let reasons = failures.sorted { $0.key < $1.key }.prefix(5).map { "target \($0.key): \($0.value)" }
        return .tooFewTargets(
            needed: shape.count,
            available: available,
            reason: reasons.joined(separator: "; ")
        )
    }
}

/// The names fragments are kept under.
enum FragmentName {
    /// A name nobody used before.
    static func new(_ content: String, _ partition: Int, _ index: Int) -> String {
        CodedLayout.path(
            content: content,
            partition: partition,
            index: index,
            unique: Crypto.randomBytes(6).hex
        )
    }
}
