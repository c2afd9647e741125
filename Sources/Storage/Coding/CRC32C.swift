import CISAL

/// The Castagnoli CRC, with the processor's own instructions where it has them.
enum CRC32C {
    /// The state before the first byte; not zero, so that a run of zeros has a checksum of its own.
    static let start: UInt32 = ~0

    /// The state after more bytes; the checksum is its complement.
    static func update(_ state: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var state = state
        var rest = bytes
        while !rest.isEmpty, let base = rest.baseAddress {
            let count = min(rest.count, 1 << 30)
            // The library does not write there: its declaration lacks a const.
            let memory = UnsafeMutableRawPointer(mutating: base).assumingMemoryBound(to: UInt8.self)
            state = crc32_iscsi(memory, Int32(count), state)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return state
    }

    /// The state after the bytes of a number, the lowest first.
    static func update(_ state: UInt32, _ number: UInt64) -> UInt32 {
        withUnsafeBytes(of: number.littleEndian) { update(state, $0) }
    }

    /// The checksum of some bytes.
    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~Array(bytes).withUnsafeBytes { update(start, $0) }
    }
}
