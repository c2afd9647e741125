/// Bytes of an object, or of a part of it, to be sent or read once.
///
/// Ask `takeFile` first: when the bytes are one plain file it can be sent without passing through memory. Otherwise go
/// through the chunks, which works for every layout.
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

    private static let chunkSize: Int64 = 1 << 18

    /// Where the part starts in the object.
    public let offset: Int64
    /// How long the part is.
    public let length: Int64
    private let object: String
    private let file: any TargetFile

    init(_ file: any TargetFile, object: String, offset: Int64, length: Int64) {
        self.file = file
        self.object = object
        self.offset = offset
        self.length = length
    }

    /// The part as one of a plain file; nil when it is none and has to be read in chunks.
    ///
    /// - Throws: `StorageError` when there are too many open files.
    public func takeFile() throws -> File? {
        try file.descriptor().map { File(descriptor: $0, offset: offset, length: length) }
    }

    /// The bytes from the start of the part.
    public func makeAsyncIterator() -> Iterator {
        Iterator(reader: self)
    }

    /// Reads chunk after chunk.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        private let reader: ObjectReader
        private var done: Int64 = 0

        init(reader: ObjectReader) {
            self.reader = reader
        }

        /// The next bytes; nil after the last.
        ///
        /// - Throws: `StorageError`, `damaged` when there are fewer than there should be.
        public mutating func next() async throws -> [UInt8]? {
            let count = Int(Swift.min(ObjectReader.chunkSize, reader.length - done))
            guard count > 0 else { return nil }
            let bytes = try await reader.file.read(at: reader.offset + done, count: count)
            guard bytes.count == count else {
                throw StorageError.damaged(object: reader.object, reason: "ends before its length")
            }
            done += Int64(count)
            return bytes
        }
    }
}
