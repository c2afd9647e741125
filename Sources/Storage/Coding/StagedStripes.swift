import HawserCore
import Synchronization

/// Stripes of a staged file, and the fragments computed from them.
struct StagedStripes: StripeSource {
    let file: OpenFile
    /// Where the partition begins in the file.
    let offset: Int64
    let shape: PartitionShape
    /// The fragments to make.
    let outputs: [Int]
    let seals: [Int: CellSeal]
    let recipe: ErasureCode.Recipe
    let threads: CodingThreads
    /// Takes in the data when this is its first reading.
    let digest: SourceDigest?
    /// The CRC-32C of the data, by which a second reading is known to have got the same.
    let sum = SharedSum()

    init(
        file: OpenFile,
        offset: Int64,
        shape: PartitionShape,
        content: String,
        partition: Int,
        outputs: [Int],
        threads: CodingThreads,
        digest: SourceDigest?
    ) throws {
        self.file = file
        self.offset = offset
        self.shape = shape
        self.outputs = outputs
        self.threads = threads
        self.digest = digest
        seals = Dictionary(
            uniqueKeysWithValues: outputs.map {
                ($0, CellSeal(content: content, partition: partition, fragment: $0))
            }
        )
        recipe = try ErasureCode.shared(k: shape.k, m: shape.m)
            .recipe(from: Array(0..<shape.k), making: outputs.filter { $0 >= shape.k })
    }

    func read(_ group: StripeGroup) async throws {
        try await threads.files.run { try fill(group) }
    }

    func make(_ group: StripeGroup) async throws {
        async let summed: Void = threads.compute.run { sumUp(group) }
        try await threads.divide(group.stripes) { compute(group, $0) }
        try await summed
    }

    private func fill(_ group: StripeGroup) throws {
        let range = shape.dataRange(stripes: group.stripes)
        let pieces = group.stripes.flatMap { stripe in (0..<shape.k).map { group.data(stripe, $0) } }
        guard try file.read(at: offset + range.lowerBound, into: pieces) == range.count else {
            throw StorageError.damaged(object: file.path, reason: "the staged file is too short")
        }
        for stripe in group.stripes {
            for fragment in 0..<shape.k {
                let used = shape.dataRange(stripe: stripe, fragment: fragment).count
                for index in used..<max(used, shape.cellLength(stripe)) { group.cell(stripe, fragment)[index] = 0 }
            }
        }
    }

    private func sumUp(_ group: StripeGroup) {
        for stripe in group.stripes {
            for fragment in 0..<shape.k {
                let bytes = UnsafeRawBufferPointer(group.data(stripe, fragment))
                digest?.update(bytes)
                sum.update(bytes)
            }
        }
    }

    private func compute(_ group: StripeGroup, _ stripes: Range<Int>) {
        for stripe in stripes {
            var sources = (0..<shape.k).map { group.pointer(stripe, $0) }
            var results = outputs.filter { $0 >= shape.k }.map { group.pointer(stripe, $0) }
            recipe.run(length: shape.cellLength(stripe), from: &sources, into: &results)
            for output in outputs {
                seals[output]?.close(stripe: stripe, cell: shape.cellLength(stripe), group.record(stripe, output))
            }
        }
    }
}

/// A checksum of bytes that come piece by piece.
final class SharedSum: Sendable {
    private let state = Mutex(CRC32C.start)

    /// The checksum so far.
    var value: UInt32 { state.withLock { ~$0 } }

    func update(_ bytes: UnsafeRawBufferPointer) {
        state.withLock { $0 = CRC32C.update($0, bytes) }
    }
}
