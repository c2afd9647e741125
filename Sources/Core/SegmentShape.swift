/// Where the segments of plain bytes are among the sealed ones.
///
/// Plain bytes are cut into segments of one length, the last of which may be shorter; no bytes are one empty segment.
/// Each is followed by its tag.
public struct SegmentShape: Sendable, Hashable {
    /// The length of a tag in bytes.
    public static let tag = 16
    /// Segments of 64 KiB: a tag costs 0.02 %, and to read one byte at most so many are read and decrypted.
    public static let standard = SegmentShape(length: 64 << 10)

    /// The length of a plain segment in bytes.
    public let length: Int

    /// Segments of so many bytes, at least one.
    public init(length: Int) {
        self.length = length
    }

    /// The length of a whole sealed segment.
    var sealed: Int { length + Self.tag }

    /// How many segments so many plain bytes are.
    public func count(_ size: Int64) -> Int64 { max(1, (size + Int64(length) - 1) / Int64(length)) }

    /// How many bytes they are when they are sealed.
    public func sealedSize(_ size: Int64) -> Int64 { size + count(size) * Int64(Self.tag) }

    /// How many plain bytes so many sealed ones are; nil when there can be no such number of them.
    public func plainSize(_ sealedSize: Int64) -> Int64? {
        let count = (sealedSize + Int64(sealed) - 1) / Int64(sealed)
        let size = sealedSize - count * Int64(Self.tag)
        return size >= 0 && self.sealedSize(size) == sealedSize ? size : nil
    }

    /// The segments that hold some plain bytes; none for no bytes.
    public func segments(of range: Range<Int64>) -> Range<Int64> {
        guard !range.isEmpty else { return 0..<0 }
        return (range.lowerBound / Int64(length))..<((range.upperBound - 1) / Int64(length) + 1)
    }

    /// Where segments are among the sealed bytes.
    ///
    /// - Parameters:
    ///   - segments: their numbers.
    ///   - size: how many plain bytes there are in all.
    /// - Returns: the range.
    public func sealedRange(of segments: Range<Int64>, size: Int64) -> Range<Int64> {
        let end = sealedSize(size)
        return min(end, segments.lowerBound * Int64(sealed))..<min(end, segments.upperBound * Int64(sealed))
    }
}
