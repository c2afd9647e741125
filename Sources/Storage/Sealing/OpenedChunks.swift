import HawserCore

/// The plain bytes of a part of an encrypted content, from its sealed ones, chunk by chunk.
///
/// A chunk is answered when all of its segments were found to be what was sealed: there are no wrong bytes, but an error.
struct OpenedChunks: Sendable {
    private let part: SealedPart
    private var sealed: StoredBytes.Iterator
    /// The next segment.
    private var number: Int64
    /// What was read and not opened: from the beginning of that segment on.
    private var buffer: [UInt8] = []

    init(_ part: SealedPart, from bytes: StoredBytes) {
        self.part = part
        sealed = bytes.makeAsyncIterator()
        number = part.segments.lowerBound
    }

    /// The next bytes; nil after the last.
    ///
    /// - Throws: `StorageError`, `damaged` when they are not what was sealed, and as `StoredBytes`.
    mutating func next() async throws -> [UInt8]? {
        guard number < part.segments.upperBound else { return nil }
        while buffer.count < part.sealedLength(number) {
            guard let more = try await sealed.next() else { throw part.tooShort }
            if buffer.isEmpty { buffer = more } else { buffer += more }
        }
        var (end, length) = (number, 0)
        while end < part.segments.upperBound, length + part.sealedLength(end) <= buffer.count {
            length += part.sealedLength(end)
            end += 1
        }
        let run = length == buffer.count ? buffer : Array(buffer[..<length])
        buffer.removeFirst(length)
        let (part, first, last) = (part, number, end)
        number = end
        return try await CodingThreads.shared.compute.run { try part.open(run, from: first, to: last) }
    }
}

extension SealedPart {
    fileprivate var tooShort: StorageError { .damaged(object: content, reason: "ends before its length") }
}
