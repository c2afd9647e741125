/// Bytes of an object, or of a part of it, to be sent or read once.
///
/// Ask `bytes` and `takeFile` first: what is in memory, or one plain file, can be sent as it is. Otherwise go through the
/// chunks, which works for every layout.
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

    /// Where the bytes are.
    enum Source: Sendable {
        case bytes([UInt8])
        case file(any TargetFile)
        case coded(CodedSource)
    }

    private static let chunkSize: Int64 = 1 << 18

    /// Where the part starts in the object.
    public let offset: Int64
    /// How long the part is.
    public let length: Int64
    private let content: String
    private let source: Source

    init(_ source: Source, content: String, offset: Int64, length: Int64) {
        self.source = source
        self.content = content
        self.offset = offset
        self.length = length
    }

    /// The part, when it is in memory; else nil.
    public var bytes: [UInt8]? {
        guard case .bytes(let bytes) = source else { return nil }
        return Array(bytes.dropFirst(Int(offset)).prefix(Int(length)))
    }

    /// The part as one of a plain file; nil when it is none and has to be read in chunks.
    ///
    /// - Throws: `StorageError` when there are too many open files.
    public func takeFile() throws -> File? {
        guard case .file(let file) = source else { return nil }
        return try file.descriptor().map { File(descriptor: $0, offset: offset, length: length) }
    }

    /// The bytes from the start of the part.
    public func makeAsyncIterator() -> Iterator {
        Iterator(reader: self)
    }

    /// Reads chunk after chunk.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        private let reader: ObjectReader
        private var done: Int64 = 0
        private var coded: (source: CodedSource, iterator: CodedReader.Iterator)?

        init(reader: ObjectReader) {
            self.reader = reader
            if case .coded(let source) = reader.source { begin(source) }
        }

        /// The next bytes; nil after the last.
        ///
        /// - Throws: `StorageError`, `damaged` when there are fewer than there should be, `unreadable` when too many
        ///   fragments are lost.
        public mutating func next() async throws -> [UInt8]? {
            let rest = reader.length - done
            guard rest > 0 else { return nil }
            let bytes: [UInt8]
            switch reader.source {
            case .bytes: bytes = reader.bytes ?? []
            case .file(let file):
                let count = Int(Swift.min(ObjectReader.chunkSize, rest))
                bytes = try await file.read(at: reader.offset + done, count: count)
                guard bytes.count == count else { throw reader.tooShort }
            case .coded: bytes = try await nextCoded()
            }
            guard !bytes.isEmpty, bytes.count <= rest else { throw reader.tooShort }
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
            let rest = source.reader(offset: reader.offset + done, length: reader.length - done)
            coded = (source, rest.makeAsyncIterator())
        }
    }

    private var tooShort: StorageError { .damaged(object: content, reason: "ends before its length") }
}
