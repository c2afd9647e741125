/// Some stripes of a partition in memory, laid out as they are in the fragments' files.
///
/// Each fragment has a part of the memory: room for the header, then the records of these stripes.
struct StripeGroup: Sendable {
    /// How much memory a group takes at most, but for a single stripe that is larger (up to 16 MiB).
    private static let budget = 8 << 20

    let shape: PartitionShape
    let stripes: Range<Int>
    let block: MemoryBlock

    /// How many stripes a group has.
    static func stripes(of shape: PartitionShape) -> Int {
        max(1, min(shape.stripes, budget / (shape.count * shape.record)))
    }

    /// How much memory the groups of a partition take.
    static func memory(for shape: PartitionShape) -> Int {
        shape.count * (FragmentHeader.length + stripes(of: shape) * shape.record)
    }

    private var partLength: Int { block.bytes.count / shape.count }

    /// Where a fragment's record of a stripe is.
    func record(_ stripe: Int, _ fragment: Int) -> UnsafeMutableRawBufferPointer {
        let start = fragment * partLength + FragmentHeader.length
        let range = shape.recordRange(stripe, from: stripes.lowerBound)
        return UnsafeMutableRawBufferPointer(
            rebasing: block.bytes[(start + range.lowerBound)..<(start + range.upperBound)]
        )
    }

    /// Where a fragment's cell of a stripe is.
    func cell(_ stripe: Int, _ fragment: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: record(stripe, fragment)[..<shape.cellLength(stripe)])
    }

    /// Where a fragment's cell of a stripe is, for the coding.
    func pointer(_ stripe: Int, _ fragment: Int) -> UnsafeMutablePointer<UInt8>? {
        cell(stripe, fragment).baseAddress?.assumingMemoryBound(to: UInt8.self)
    }

    /// The data of a stripe's cell, without the zeros at the end.
    func data(_ stripe: Int, _ fragment: Int) -> UnsafeMutableRawBufferPointer {
        let range = shape.dataRange(stripe: stripe, fragment: fragment)
        return UnsafeMutableRawBufferPointer(rebasing: cell(stripe, fragment)[..<range.count])
    }

    /// What these stripes add to a fragment's file; its header goes before the first.
    func output(_ fragment: Int, header: [UInt8]) -> MemorySlice {
        let start = fragment * partLength
        let records = start + FragmentHeader.length
        let end = records + shape.recordsLength(stripes)
        guard stripes.lowerBound == 0 else { return block.slice(records..<end) }
        block.bytes[start..<records].copyBytes(from: header)
        return block.slice(start..<end)
    }
}

/// Where the stripes of fragments that are written come from.
protocol StripeSource: Sendable {
    /// Brings what is needed for a group into memory.
    func read(_ group: StripeGroup) async throws

    /// Computes the cells, and closes the records, of the fragments that are written.
    func make(_ group: StripeGroup) async throws
}
