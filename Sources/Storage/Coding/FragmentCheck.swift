public import HawserMetadata

/// Reads fragments from one end to the other and tells whether they are as they were written.
public struct FragmentCheck: Sendable {
    /// How much of all fragments that are checked at the same time is in memory.
    private static let budget = 8 << 20
    /// How much is read at once at most.
    private static let chunk = 1 << 20

    private let layout: CodedLayout
    private let threads: CodingThreads

    /// A check of the fragments of some content.
    public init(_ layout: CodedLayout, threads: CodingThreads = .shared) {
        self.layout = layout
        self.threads = threads
    }

    /// Checks one fragment: its length, its header and every cell.
    ///
    /// - Parameters:
    ///   - fragment: the fragment.
    ///   - partition: the number of its partition.
    ///   - target: the target it is on.
    ///   - progress: called with the bytes read since the last time; a place to keep to a rate.
    /// - Throws: `StorageError`: `missing`, `damaged`, or what the target throws.
    public func verify(
        _ fragment: CodedLayout.Fragment,
        of partition: Int,
        on target: any Target,
        progress: (@Sendable (Int) async throws -> Void)? = nil
    ) async throws {
        let length = layout.partitions[partition].length
        let shape = try PartitionShape(k: layout.k, m: layout.m, cell: layout.cell, length: length)
        try await verify(fragment, of: partition, shape, on: target, progress: progress)
    }

    func verify(
        _ fragment: CodedLayout.Fragment,
        of partition: Int,
        _ shape: PartitionShape,
        on target: any Target,
        progress: (@Sendable (Int) async throws -> Void)? = nil
    ) async throws {
        func damaged(_ reason: String) -> StorageError {
            .damaged(object: "\(target.id):\(fragment.path)", reason: reason)
        }
        let file = try await target.open(fragment.path)
        guard file.size == shape.fragmentLength else {
            throw damaged("the fragment has \(file.size) bytes, not \(shape.fragmentLength)")
        }
        let expected = try FragmentHeader(
            content: layout.content,
            partition: partition,
            fragment: fragment.index,
            shape: shape
        )
        guard try await FragmentHeader(file.read(at: 0, count: FragmentHeader.length)) == expected else {
            throw damaged("the fragment's header is not the right one")
        }
        let seal = CellSeal(content: layout.content, partition: partition, fragment: fragment.index)
        let step = max(1, min(Self.chunk, Self.budget / shape.count) / shape.record)
        for start in stride(from: 0, to: shape.stripes, by: step) {
            let stripes = start..<min(start + step, shape.stripes)
            let count = shape.recordsLength(stripes)
            let bytes = try await file.read(at: shape.recordOffset(start), count: count)
            let bad = try await threads.compute.run { Self.firstDamaged(bytes, stripes, shape, seal) }
            if let bad { throw damaged("cell \(bad) is not as it was written") }
            try await progress?(count)
        }
    }

    /// Checks fragments of a partition at the same time; answers what is wrong, by index.
    func verify(
        _ fragments: [(fragment: CodedLayout.Fragment, target: any Target)],
        of partition: Int,
        _ shape: PartitionShape
    ) async -> [Int: any Error] {
        await withTaskGroup(of: (Int, (any Error)?).self) { group in
            for (fragment, target) in fragments {
                group.addTask {
                    do {
                        try await verify(fragment, of: partition, shape, on: target)
                        return (fragment.index, nil)
                    } catch {
                        return (fragment.index, error)
                    }
                }
            }
            var wrong: [Int: any Error] = [:]
            for await (index, error) in group { wrong[index] = error }
            return wrong
        }
    }

    private static func firstDamaged(
        _ bytes: [UInt8],
        _ stripes: Range<Int>,
        _ shape: PartitionShape,
        _ seal: CellSeal
    ) -> Int? {
        bytes.withUnsafeBytes { bytes in
            stripes.first { stripe in
                let range = shape.recordRange(stripe, from: stripes.lowerBound)
                guard range.upperBound <= bytes.count else { return true }
                let record = UnsafeRawBufferPointer(rebasing: bytes[range])
                return !seal.isIntact(stripe: stripe, cell: shape.cellLength(stripe), record)
            }
        }
    }
}
