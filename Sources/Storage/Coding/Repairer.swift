import HawserCore
public import HawserMetadata

/// Makes fragments anew from the others of their partition.
public struct Repairer: Sendable {
    /// A fragment to make.
    public struct Order: Sendable {
        /// Which fragment.
        public var index: Int
        /// Where to; a target that keeps no other fragment of the partition.
        public var target: any Target
        /// Whether the fragment that is there can be used: it shall move, and is not lost.
        public var isReadable: Bool

        /// A fragment to make.
        public init(index: Int, on target: any Target, isReadable: Bool = false) {
            self.index = index
            self.target = target
            self.isReadable = isReadable
        }
    }

    private let threads: CodingThreads
    private let health: TargetHealth

    /// A repairer.
    public init(threads: CodingThreads = .shared, health: TargetHealth = .shared) {
        self.threads = threads
        self.health = health
    }

    /// Makes fragments of a partition in one reading of it.
    ///
    /// What the layout names is neither changed nor removed.
    ///
    /// - Parameters:
    ///   - orders: the fragments to make.
    ///   - number: the number of the partition.
    ///   - layout: where the content is.
    ///   - targets: gives the targets the layout names.
    ///   - progress: called with the number of the partition's bytes done.
    ///   - onBadFragment: called once for each fragment that could not be read, of those not lost.
    /// - Returns: the new fragments, on the disk of their targets and verified.
    /// - Throws: `StorageError`: `unreadable`, or what a target to write to throws; nothing is left behind then, as far as
    ///   the targets let it.
    public func make(
        _ orders: [Order],
        of number: Int,
        in layout: CodedLayout,
        targets: @escaping @Sendable (String) -> (any Target)?,
        progress: (@Sendable (Int64) async -> Void)? = nil,
        onBadFragment: (@Sendable (BadFragment) -> Void)? = nil
    ) async throws -> [CodedLayout.Fragment] {
        let reader = try PartitionReader(
            layout: layout,
            partition: number,
            targets: targets,
            health: health,
            patience: nil,
            bad: BadFragments(onBadFragment)
        )
        let shape = reader.shape
        guard orders.allSatisfy({ (0..<shape.count).contains($0.index) }),
            Set(orders.map(\.index)).count == orders.count
        else { throw StorageError.badLayout(reason: "no such fragments: \(orders.map(\.index))") }
        let source = RebuiltStripes(
            reader: reader,
            outputs: orders.map(\.index),
            lost: Set(orders.filter { !$0.isReadable }.map(\.index)),
            content: layout.content,
            partition: number,
            threads: threads
        )
        let pipeline = FragmentPipeline(
            shape: shape,
            content: layout.content,
            partition: number,
            source: source,
            mayFail: 0
        )
        var sinks: [Int: any TargetSink] = [:]
        var made: [(fragment: CodedLayout.Fragment, target: any Target)] = []
        do {
            for order in orders {
                let path = FragmentName.new(layout.content, number, order.index)
                sinks[order.index] = try await order.target.begin(path, size: shape.fragmentLength)
                made.append((.init(index: order.index, target: order.target.id, path: path), order.target))
            }
            let broken = try await pipeline.write(to: sinks) { stripes in
                await progress?(shape.dataRange(stripes: 0..<stripes).upperBound)
            }
            if let error = broken.values.first { throw error }
            let check = FragmentCheck(layout, threads: threads)
            if let error = await check.verify(made, of: number, shape).values.first { throw error }
        } catch {
            let begun = Array(sinks.values)
            await Patience.wait { for sink in begun { await sink.abort() } }
            throw error
        }
        return made.map(\.fragment)
    }
}

/// Stripes that are read from the fragments there are.
private struct RebuiltStripes: StripeSource {
    let reader: PartitionReader
    let outputs: [Int]
    let lost: Set<Int>
    let content: String
    let partition: Int
    let threads: CodingThreads

    func read(_ group: StripeGroup) async throws {
        try await reader.fill(outputs, lost: lost, into: group)
    }

    func make(_ group: StripeGroup) async throws {
        try await threads.divide(group.stripes) { stripes in
            for output in outputs {
                let seal = CellSeal(content: content, partition: partition, fragment: output)
                for stripe in stripes {
                    let size = group.shape.cellLength(stripe)
                    seal.close(stripe: stripe, cell: size, group.record(stripe, output))
                }
            }
        }
    }
}
