/// The checksums of a fragment's cells.
///
/// Each is computed as if the cell were preceded by what it belongs to and its number, so that a cell that was written
/// to, or read from, a wrong place does not pass for the right one.
struct CellSeal: Sendable {
    private let state: UInt32

    init(content: String, partition: Int, fragment: Int) {
        var state = Array(content.utf8).withUnsafeBytes { CRC32C.update(CRC32C.start, $0) }
        state = CRC32C.update(state, UInt64(partition))
        self.state = CRC32C.update(state, UInt64(fragment))
    }

    /// The checksum of a cell, which is that of a stripe.
    func checksum(stripe: Int, _ cell: UnsafeRawBufferPointer) -> UInt32 {
        ~CRC32C.update(CRC32C.update(state, UInt64(stripe)), cell)
    }

    /// Writes the checksum, and the zeros, behind the cell of a record.
    func close(stripe: Int, cell size: Int, _ record: UnsafeMutableRawBufferPointer) {
        let sum = checksum(stripe: stripe, UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(record)[..<size]))
        record.storeBytes(of: sum.littleEndian, toByteOffset: size, as: UInt32.self)
        for index in (size + PartitionShape.seal)..<record.count { record[index] = 0 }
    }

    /// Whether a record is as it was written.
    func isIntact(stripe: Int, cell size: Int, _ record: UnsafeRawBufferPointer) -> Bool {
        let stored = UInt32(littleEndian: record.loadUnaligned(fromByteOffset: size, as: UInt32.self))
        return stored == checksum(stripe: stripe, UnsafeRawBufferPointer(rebasing: record[..<size]))
    }
}
