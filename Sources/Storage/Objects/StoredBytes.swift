/// Bytes of a content as they are kept, or a part of them.
struct StoredBytes: AsyncSequence, Sendable {
    typealias Element = [UInt8]

    /// Where the bytes are.
    enum Source: Sendable {
        case bytes([UInt8])
        case file(any TargetFile)
        case coded(CodedSource)
    }

    private static let chunkSize: Int64 = 1 << 18

    let source: Source
    /// The content, for errors.
    let content: String
    /// Where the part starts.
    let offset: Int64
    /// How long it is.
    let length: Int64

    /// The bytes from the start of the part.
    func makeAsyncIterator() -> Iterator {
        Iterator(part: self)
    }

    /// Reads chunk after chunk.
    struct Iterator: AsyncIteratorProtocol, Sendable {
        private let part: StoredBytes
        private var done: Int64 = 0
        private var coded: (source: CodedSource, iterator: CodedReader.Iterator)?

        init(part: StoredBytes) {
            self.part = part
            if case .coded(let source) = part.source { begin(source) }
        }

        /// The next bytes; nil after the last.
        ///
        /// - Throws: `StorageError`, `damaged` when there are fewer than there should be, `unreadable` when too many
        ///   fragments are lost.
        mutating func next() async throws -> [UInt8]? {
            let rest = part.length - done
            guard rest > 0 else { return nil }
            let bytes: [UInt8]
            switch part.source {
            case .bytes(let all): bytes = Array(all.dropFirst(Int(part.offset)).prefix(Int(part.length)))
            case .file(let file):
                let count = Int(Swift.min(StoredBytes.chunkSize, rest))
                bytes = try await file.read(at: part.offset + done, count: count)
                guard bytes.count == count else { throw part.tooShort }
            case .coded: bytes = try await nextCoded()
            }
            guard !bytes.isEmpty, bytes.count <= rest else { throw part.tooShort }
            done += Int64(bytes.count)
            return bytes
        }

        private mutating func nextCoded() async throws -> [UInt8] {
            while true {
                do {
                    return try await coded?.iterator.next() ?? []
                } catch let error as StorageError {
                    // Its fragments may have been moved while it was read.
                    guard let now = await coded?.source.moved() else { throw error }
                    begin(now)
                }
            }
        }

        private mutating func begin(_ source: CodedSource) {
            let rest = source.reader(offset: part.offset + done, length: part.length - done)
            coded = (source, rest.makeAsyncIterator())
        }
    }

    private var tooShort: StorageError { .damaged(object: content, reason: "ends before its length") }
}
