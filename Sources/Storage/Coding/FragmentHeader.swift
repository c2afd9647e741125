/// What the file of a fragment says about itself in its first bytes, so that it can be told what it is without metadata.
///
/// 128 bytes, numbers with the lowest byte first: magic (8), version (2), length of this header (2), k (1), m (1),
/// fragment (2), cell length (4), partition (4), partition length (8), length of the content's id (1), the id (up to 64),
/// zeros, and in the last 4 the CRC-32C of all before.
struct FragmentHeader: Sendable, Hashable {
    /// The length of a header.
    static let length = 128
    private static let magic = Array("HAWSFRAG".utf8)
    private static let version: UInt16 = 1
    private static let longestID = 64

    let content: String
    let partition: Int
    let fragment: Int
    let shape: PartitionShape

    init(content: String, partition: Int, fragment: Int, shape: PartitionShape) throws {
        guard (1...Self.longestID).contains(content.utf8.count) else {
            throw StorageError.badLayout(reason: "a content's id has 1 to \(Self.longestID) bytes")
        }
        self.content = content
        self.partition = partition
        self.fragment = fragment
        self.shape = shape
    }

    /// Reads a header; nil when it is damaged or none of this version.
    init?(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes.prefix(Self.length))
        guard bytes.count == Self.length, Array(bytes.prefix(8)) == Self.magic,
            Self.number(bytes, 124, 4) == UInt64(CRC32C.checksum(bytes.prefix(124))),
            Self.number(bytes, 8, 2) == UInt64(Self.version), Self.number(bytes, 10, 2) == UInt64(Self.length),
            let shape = try? PartitionShape(
                k: Int(bytes[12]),
                m: Int(bytes[13]),
                cell: Int(Self.number(bytes, 16, 4)),
                length: Int64(clamping: Self.number(bytes, 24, 8))
            ),
            let content = String(validating: bytes[33...].prefix(Int(bytes[32])), as: UTF8.self)
        else { return nil }
        self.content = content
        self.partition = Int(Self.number(bytes, 20, 4))
        self.fragment = Int(Self.number(bytes, 14, 2))
        self.shape = shape
    }

    /// The header as it is stored.
    var bytes: [UInt8] {
        var bytes = Self.magic
        func put(_ number: some BinaryInteger, _ count: Int) {
            bytes += (0..<count).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        }
        put(Self.version, 2)
        put(Self.length, 2)
        put(shape.k, 1)
        put(shape.m, 1)
        put(fragment, 2)
        put(shape.cell, 4)
        put(partition, 4)
        put(shape.length, 8)
        put(content.utf8.count, 1)
        bytes += content.utf8
        bytes += [UInt8](repeating: 0, count: 124 - bytes.count)
        put(CRC32C.checksum(bytes), 4)
        return bytes
    }

    private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        bytes[offset..<(offset + count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
