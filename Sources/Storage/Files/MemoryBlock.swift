// Sendable: whoever made a block fills it, and hands out slices of what will not change until all slices are gone;
// `isKnownUniquelyReferenced` tells when that is.
/// Memory that is filled by one and then read by several threads.
final class MemoryBlock: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer

    /// So many bytes of any content.
    init(count: Int) {
        bytes = .allocate(byteCount: count, alignment: 64)
    }

    deinit {
        bytes.deallocate()
    }

    /// A part, to be read.
    func slice(_ range: Range<Int>) -> MemorySlice {
        MemorySlice(block: self, range: range)
    }
}

/// A part of memory that stays as it is, and there, as long as this value does.
public struct MemorySlice: Sendable {
    private let block: MemoryBlock
    private let range: Range<Int>

    init(block: MemoryBlock, range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= block.bytes.count)
        self.block = block
        self.range = range
    }

    /// A copy of some bytes.
    public init(_ bytes: some Collection<UInt8>) {
        let block = MemoryBlock(count: bytes.count)
        block.bytes.copyBytes(from: bytes)
        self.init(block: block, range: 0..<bytes.count)
    }

    /// How many bytes there are.
    public var count: Int { range.count }

    /// Calls with the bytes.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(block) {
            try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(block.bytes)[range]))
        }
    }

    /// A part of this part.
    public func slice(_ part: Range<Int>) -> MemorySlice {
        precondition(part.upperBound <= count)
        let start = range.lowerBound
        return MemorySlice(block: block, range: (start + part.lowerBound)..<(start + part.upperBound))
    }
}
