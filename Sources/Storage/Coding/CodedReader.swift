public import HawserMetadata

/// Bytes of coded content, or of a part of it, to be read once.
///
/// Only the cells that hold the part are read, as long as they can be. A fragment that is missing, damaged or slow is
/// replaced by others within the same read, so that the bytes are right, or there is an error, but never wrong bytes. It
/// reads one chunk ahead; chunks are of about 1 MiB, or a stripe where that is longer.
public struct CodedReader: AsyncSequence, Sendable {
    /// Some of the bytes, in order.
    public typealias Element = [UInt8]

    private static let chunkSize: Int64 = 1 << 20

    /// Where the part starts in the content.
    public let offset: Int64
    /// How long the part is.
    public let length: Int64
    private let layout: CodedLayout
    private let targets: @Sendable (String) -> (any Target)?
    private let health: TargetHealth
    private let patience: Duration?
    private let bad: BadFragments

    /// A reader of a part, cut to what there is.
    ///
    /// - Parameters:
    ///   - layout: where the content is.
    ///   - offset: where the part begins.
    ///   - length: how long it is; nil for all.
    ///   - targets: gives the targets the layout names.
    ///   - health: what is known about targets.
    ///   - patience: after how long a read is slow; nil for what `health` has seen of others.
    ///   - onBadFragment: called once for each fragment that could not be used.
    public init(
        _ layout: CodedLayout,
        offset: Int64 = 0,
        length: Int64? = nil,
        targets: @escaping @Sendable (String) -> (any Target)?,
        health: TargetHealth = .shared,
        patience: Duration? = nil,
        onBadFragment: (@Sendable (BadFragment) -> Void)? = nil
    ) {
        let size = layout.size
        self.offset = Swift.min(Swift.max(0, offset), size)
        self.length = Swift.min(Swift.max(0, length ?? size), size - self.offset)
        self.layout = layout
        self.targets = targets
        self.health = health
        self.patience = patience
        bad = BadFragments(onBadFragment)
    }

    /// The bytes from the start of the part.
    public func makeAsyncIterator() -> Iterator {
        Iterator(reader: self)
    }

    /// The rest of the stripes that are read together from a place of the content on.
    private func chunk(at position: Int64) -> (partition: Int, range: Range<Int64>)? {
        let end = offset + length
        guard position < end else { return nil }
        var start: Int64 = 0
        for (number, partition) in layout.partitions.enumerated() {
            defer { start += partition.length }
            guard position < start + partition.length else { continue }
            let stripe = Int64(layout.k) * Int64(layout.cell)
            let group = Swift.max(1, CodedReader.chunkSize / stripe) * stripe
            let place = position - start
            let last = Swift.min((place / group + 1) * group, partition.length, end - start)
            return (number, place..<last)
        }
        return nil
    }

    /// Reads chunk after chunk.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        private let reader: CodedReader
        private var position: Int64
        private var partition: (number: Int, reader: PartitionReader)?
        private var ahead: ReadAhead?

        init(reader: CodedReader) {
            self.reader = reader
            position = reader.offset
        }

        /// The next bytes; nil after the last.
        ///
        /// - Throws: `StorageError`, `unreadable` when fewer fragments than it takes can be read; `CancellationError`.
        public mutating func next() async throws -> [UInt8]? {
            if ahead == nil { try readAhead() }
            guard let bytes = try await ahead?.bytes() else { return nil }
            try readAhead()
            return bytes
        }

        private mutating func readAhead() throws {
            ahead = nil
            guard let (number, range) = reader.chunk(at: position) else { return }
            let reading: PartitionReader
            if let partition, partition.number == number {
                reading = partition.reader
            } else {
                reading = try PartitionReader(
                    layout: reader.layout,
                    partition: number,
                    targets: reader.targets,
                    health: reader.health,
                    patience: reader.patience,
                    bad: reader.bad
                )
                partition = (number, reading)
            }
            position += Int64(range.count)
            ahead = ReadAhead { try await reading.read(range) }
        }
    }
}

/// A read that is under way; given up when nobody holds it any more.
private final class ReadAhead: Sendable {
    private let task: Task<[UInt8], any Error>

    init(_ read: @escaping @Sendable () async throws -> [UInt8]) {
        task = Task { try await read() }
    }

    deinit {
        task.cancel()
    }

    func bytes() async throws -> [UInt8] {
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
