import HawserCore

/// A part of an encrypted content: which of its sealed bytes hold it, and how they are opened.
struct SealedPart: Sendable {
    let content: String
    let cipher: SegmentedCipher
    /// How many plain bytes the content has.
    let size: Int64
    /// The plain bytes that are wanted.
    let range: Range<Int64>
    /// The segments that hold them.
    let segments: Range<Int64>

    /// The part.
    ///
    /// - Parameters:
    ///   - range: the plain bytes that are wanted.
    ///   - size: how many there are.
    ///   - cipher: how they are encrypted.
    ///   - content: the content, for errors.
    init(_ range: Range<Int64>, of size: Int64, _ cipher: SegmentedCipher, content: String) {
        self.content = content
        self.cipher = cipher
        self.size = size
        self.range = range
        segments = cipher.shape.segments(of: range)
    }

    /// The sealed bytes of the part.
    var sealedRange: Range<Int64> { cipher.shape.sealedRange(of: segments, size: size) }

    /// How many sealed bytes a segment has.
    func sealedLength(_ segment: Int64) -> Int {
        cipher.shape.sealedRange(of: segment..<(segment + 1), size: size).count
    }

    /// Opens segments that follow each other; answers what of them is wanted.
    ///
    /// - Throws: `StorageError.damaged` when they are not what was sealed.
    func open(_ sealed: [UInt8], from first: Int64, to end: Int64) throws -> [UInt8] {
        let plain: [UInt8]
        do {
            plain = try cipher.open(sealed, from: first, endsAll: end == cipher.shape.count(size))
        } catch {
            throw StorageError.damaged(
                object: content,
                reason: "segments \(first) to \(end - 1) are not what was encrypted: \(error)"
            )
        }
        let start = first * Int64(cipher.shape.length)
        let wanted = range.clamped(to: start..<(start + Int64(plain.count)))
        if wanted.count == plain.count { return plain }
        return Array(plain[Int(wanted.lowerBound - start)..<Int(wanted.upperBound - start)])
    }
}
