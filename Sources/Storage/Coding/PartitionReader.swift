import HawserMetadata

/// Reads stripes of one partition from whichever fragments can be read.
///
/// First what is wanted is asked for; when some of it is missing, damaged or slow, other fragments are, as many as it
/// takes to compute it. For one reader at a time.
actor PartitionReader {
    private struct InFlight {
        let read: CellGrid.Read
        let started: ContinuousClock.Instant
        var isOverdue = false
    }

    private enum Event: Sendable {
        case read(Int, Result<Records, any Error>, Duration)
        case timer
    }

    private struct Records: Sendable {
        let bytes: [UInt8]
        /// Where the first record is in the bytes.
        let start: Int
        let intact: Set<Int>
        let isHeaderIntact: Bool
    }

    nonisolated let shape: PartitionShape
    private let content: String
    private let number: Int
    private let fragments: [Int: CodedLayout.Fragment]
    private let targets: @Sendable (String) -> (any Target)?
    private let health: TargetHealth
    private let patience: Duration?
    private let bad: BadFragments
    private var files: [Int: any TargetFile] = [:]
    /// The fragments that were no good before, by how bad: 1 for single cells, 2 for all.
    private var suspects: [Int: Int] = [:]
    private var reasons: [String] = []

    init(
        layout: CodedLayout,
        partition number: Int,
        targets: @escaping @Sendable (String) -> (any Target)?,
        health: TargetHealth,
        patience: Duration?,
        bad: BadFragments
    ) throws {
        let partition = layout.partitions[number]
        shape = try PartitionShape(k: layout.k, m: layout.m, cell: layout.cell, length: partition.length)
        content = layout.content
        self.number = number
        let count = shape.count
        fragments = Dictionary(
            partition.fragments.filter { (0..<count).contains($0.index) }.map { ($0.index, $0) }
        ) { first, _ in first }
        self.targets = targets
        self.health = health
        self.patience = patience
        self.bad = bad
    }

    /// Reads a part of the partition.
    ///
    /// - Throws: `StorageError.unreadable` when too few fragments can be read; `CancellationError`.
    func read(_ range: Range<Int64>) async throws -> [UInt8] {
        guard !range.isEmpty else { return [] }
        let first = Int(range.lowerBound / shape.stripeLength)
        let last = Int((range.upperBound - 1) / shape.stripeLength)
        let wanted = (first...last).map { stripe in
            (0..<shape.k).filter { shape.dataRange(stripe: stripe, fragment: $0).overlaps(range) }
        }
        let grid = try await gather(first..<(last + 1), wanted: wanted, lost: [])
        let bytes = MemoryBlock(count: range.count)
        for stripe in grid.stripes {
            try grid.withCells(stripe) { fragment, cell in
                let place = shape.dataRange(stripe: stripe, fragment: fragment)
                let part = place.clamped(to: range)
                let start = Int(part.lowerBound - place.lowerBound)
                let destination = Int(part.lowerBound - range.lowerBound)
                UnsafeMutableRawBufferPointer(rebasing: bytes.bytes[destination..<(destination + part.count)])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: cell[start..<(start + part.count)]))
            }
        }
        return Array(bytes.bytes)
    }

    /// Reads or computes the cells of some fragments into a group of stripes.
    ///
    /// - Parameters:
    ///   - outputs: the fragments.
    ///   - lost: those that are not to be read.
    ///   - group: where to.
    /// - Throws: as `read`.
    func fill(_ outputs: [Int], lost: Set<Int>, into group: StripeGroup) async throws {
        let wanted = group.stripes.map { _ in outputs }
        let grid = try await gather(group.stripes, wanted: wanted, lost: lost)
        for stripe in grid.stripes {
            try grid.withCells(stripe) { group.cell(stripe, $0).copyMemory(from: $1) }
        }
    }

    /// Reads until all that is wanted is there or can be computed.
    private func gather(_ stripes: Range<Int>, wanted: [[Int]], lost: Set<Int>) async throws -> CellGrid {
        let absent = Set((0..<shape.count).filter { fragments[$0] == nil })
        var grid = CellGrid(shape: shape, stripes: stripes, wanted: wanted, lost: lost.union(absent))
        var inFlight: [Int: InFlight] = [:]
        try await withThrowingTaskGroup(of: Event.self) { group in
            var reads = 0
            var hasTimer = false
            while true {
                try Task.checkCancellation()
                let (order, good) = ranked()
                guard let plan = grid.plan(order: order, good: good) else { throw unreadable }
                for read in plan {
                    let id = reads
                    reads += 1
                    inFlight[id] = InFlight(read: read, started: .now)
                    group.addTask { [self] in await event(id, read) }
                }
                if grid.isDone { break }
                if !hasTimer, inFlight.values.contains(where: { !$0.isOverdue }) {
                    hasTimer = true
                    let pause = limit
                    group.addTask {
                        try? await Task.sleep(for: pause)
                        return .timer
                    }
                }
                switch try await group.next() {
                case .read(let id, let result, let duration)?:
                    guard let entry = inFlight.removeValue(forKey: id) else { continue }
                    take(result, duration, of: entry.read, into: &grid)
                case .timer?:
                    hasTimer = false
                    for (id, entry) in inFlight where !entry.isOverdue && entry.started + limit * 0.9 <= .now {
                        inFlight[id]?.isOverdue = true
                        grid.delay(entry.read)
                    }
                case nil: throw unreadable
                }
            }
            group.cancelAll()
        }
        for entry in inFlight.values where entry.isOverdue { report(entry.read.fragment, .slow) }
        return grid
    }

    private var limit: Duration { patience ?? health.patience }

    private var unreadable: StorageError {
        .unreadable(content: content, partition: number, reason: reasons.suffix(5).joined(separator: "; "))
    }

    /// The fragments, the best to read first; and those of which nothing bad is known.
    private func ranked() -> (order: [Int], good: Set<Int>) {
        let ranks = fragments.mapValues { fragment in
            max(suspects[fragment.index] ?? 0, health.isAvoided(fragment.target) ? 1 : 0)
        }
        let order = ranks.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
        return (order, Set(ranks.filter { $0.value == 0 }.keys))
    }

    private func take(
        _ result: Result<Records, any Error>,
        _ duration: Duration,
        of read: CellGrid.Read,
        into grid: inout CellGrid
    ) {
        switch result {
        case .success(let records):
            health.noteRead(duration)
            grid.put(read, records.bytes, from: records.start, intact: records.intact)
            if !records.isHeaderIntact || records.intact.count < read.stripes.count {
                report(read.fragment, .damaged)
            }
        case .failure(let error):
            grid.fail(read)
            switch error {
            case is CancellationError: break
            case StorageError.missing: report(read.fragment, .missing)
            default: report(read.fragment, .failed("\(error)"))
            }
        }
    }

    private func report(_ index: Int, _ reason: BadFragment.Reason) {
        guard let fragment = fragments[index] else { return }
        switch reason {
        case .missing:
            suspects[index] = 2
            reasons.append("fragment \(index) is missing on target \(fragment.target)")
        case .damaged:
            suspects[index] = max(1, suspects[index] ?? 0)
            reasons.append("fragment \(index) is damaged on target \(fragment.target)")
        case .failed(let error):
            suspects[index] = 2
            files[index] = nil
            health.avoid(fragment.target)
            reasons.append("fragment \(index): \(error)")
        case .slow: health.avoid(fragment.target)
        }
        bad.report(BadFragment(partition: number, fragment: fragment, reason: reason))
    }

    private nonisolated func event(_ id: Int, _ read: CellGrid.Read) async -> Event {
        let started = ContinuousClock.now
        do {
            return .read(id, .success(try await records(read)), .now - started)
        } catch {
            return .read(id, .failure(error), .now - started)
        }
    }

    /// Reads records and checks them; from the start of the file on, the header is read along.
    private nonisolated func records(_ read: CellGrid.Read) async throws -> Records {
        let file = try await file(read.fragment)
        let start = read.stripes.lowerBound == 0 ? FragmentHeader.length : 0
        let bytes = try await file.read(
            at: shape.recordOffset(read.stripes.lowerBound) - Int64(start),
            count: start + shape.recordsLength(read.stripes)
        )
        let seal = CellSeal(content: content, partition: number, fragment: read.fragment)
        let intact = bytes.withUnsafeBytes { bytes in
            read.stripes.filter { stripe in
                let range = shape.recordRange(stripe, from: read.stripes.lowerBound)
                guard start + range.upperBound <= bytes.count else { return false }
                let place = (start + range.lowerBound)..<(start + range.upperBound)
                let record = UnsafeRawBufferPointer(rebasing: bytes[place])
                return seal.isIntact(stripe: stripe, cell: shape.cellLength(stripe), record)
            }
        }
        let header = try FragmentHeader(content: content, partition: number, fragment: read.fragment, shape: shape)
        let isHeaderIntact = start == 0 || FragmentHeader(bytes.prefix(start)) == header
        return Records(bytes: bytes, start: start, intact: Set(intact), isHeaderIntact: isHeaderIntact)
    }

    private func file(_ index: Int) async throws -> any TargetFile {
        if let file = files[index] { return file }
        guard let fragment = fragments[index], let target = targets(fragment.target) else {
            throw StorageError.unknownTarget(fragments[index]?.target ?? "")
        }
        let file = try await target.open(fragment.path)
        files[index] = file
        return file
    }
}
