/// Bytes of an object, or of a part of it, to be sent or read once.
///
/// Ask `bytes` and `takeFile` first: what is in memory, or one plain file, can be sent as it is. Otherwise go through the
/// chunks, which works for every layout and for what is encrypted.
public struct ObjectReader: AsyncSequence, Sendable {
    /// Some of the bytes, in order.
    public typealias Element = [UInt8]

    /// A part of a plain file; the descriptor is the taker's to close.
    public struct File: Sendable {
        /// An open file of the taker's own.
        public let descriptor: Int32
        /// Where the part starts.
        public let offset: Int64
        /// How long it is.
        public let length: Int64
    }

    /// Where the part starts in the object.
    public let offset: Int64
    /// How long the part is.
    public let length: Int64
    private let stored: StoredBytes
    /// How the stored bytes are decrypted; nil when they are the object's as they are.
    private let sealed: SealedPart?

    /// Bytes that are kept as they are.
    init(_ stored: StoredBytes) {
        self.stored = stored
        offset = stored.offset
        length = stored.length
        sealed = nil
    }

    /// Bytes that are kept encrypted.
    init(_ sealed: SealedPart, in source: StoredBytes.Source) {
        self.sealed = sealed
        offset = sealed.range.lowerBound
        length = Int64(sealed.range.count)
        stored = StoredBytes(
            source: source,
            content: sealed.content,
            offset: sealed.sealedRange.lowerBound,
            length: Int64(sealed.sealedRange.count)
        )
    }

    /// The part, when it is in memory; else nil.
    public var bytes: [UInt8]? {
        guard sealed == nil, case .bytes(let bytes) = stored.source else { return nil }
        return Array(bytes.dropFirst(Int(offset)).prefix(Int(length)))
    }

    /// The part as one of a plain file; nil when it is none and has to be read in chunks.
    ///
    /// - Throws: `StorageError` when there are too many open files.
    public func takeFile() throws -> File? {
        guard sealed == nil, case .file(let file) = stored.source else { return nil }
        return try file.descriptor().map { File(descriptor: $0, offset: offset, length: length) }
    }

    /// The bytes from the start of the part.
    public func makeAsyncIterator() -> Iterator {
        Iterator(chunks: sealed.map { .opened(OpenedChunks($0, from: stored)) } ?? .stored(stored.makeAsyncIterator()))
    }

    /// Reads chunk after chunk.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        enum Chunks: Sendable {
            case stored(StoredBytes.Iterator)
            case opened(OpenedChunks)
        }

        private var chunks: Chunks

        init(chunks: Chunks) {
            self.chunks = chunks
        }

        /// The next bytes; nil after the last.
        ///
        /// - Throws: `StorageError`, `damaged` when they are not those that were stored, `unreadable` when too many
        ///   fragments are lost.
        public mutating func next() async throws -> [UInt8]? {
            switch chunks {
            case .stored(var iterator):
                defer { chunks = .stored(iterator) }
                return try await iterator.next()
            case .opened(var iterator):
                defer { chunks = .opened(iterator) }
                return try await iterator.next()
            }
        }
    }
}
