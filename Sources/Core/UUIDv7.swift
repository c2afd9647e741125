import Synchronization

/// Makes UUIDs of version 7 (RFC 9562, 5.7): time-ordered, so that new ids sort after old ones.
///
/// Within one process ids only grow: a 12-bit counter (RFC 9562, 6.2, method 1) orders those of one millisecond.
public enum UUIDv7 {
    private struct Last {
        var milliseconds: UInt64 = 0
        var counter: UInt16 = 0
    }

    private static let last = Mutex(Last())
    private static let digits = Array("0123456789abcdef".utf8)

    /// A new id in its 36-character lower-case form.
    ///
    /// - Parameter tag: put into the last 16 bits in place of random ones; RFC 9562 leaves these to the maker.
    /// - Returns: the id.
    public static func make(tag: UInt16? = nil) -> String {
        let now = UInt64(Timestamp.now.milliseconds)
        let (milliseconds, counter) = last.withLock { last -> (UInt64, UInt16) in
            if now > last.milliseconds {
                last.milliseconds = now
                // The counter starts low so that it has room to count.
                last.counter = UInt16.random(in: 0..<0x400)
            } else if last.counter < 0xFFF {
                last.counter += 1
            } else {
                last.milliseconds += 1
                last.counter = 0
            }
            return (last.milliseconds, last.counter)
        }
        let high = milliseconds << 16 | 0x7000 | UInt64(counter)
        var low = UInt64.random(in: 0...UInt64.max) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        if let tag { low = low & ~0xFFFF | UInt64(tag) }
        return text(high, low)
    }

    /// The id of a thing of a moment, the same whoever makes it: its random bits are those of the name's SHA-256.
    public static func make(of name: String, at moment: Timestamp, tag: UInt16) -> String {
        let bits = Digest.sha256(Array(name.utf8)).prefix(10).map(UInt64.init)
        let high = UInt64(moment.milliseconds) << 16 | 0x7000 | (bits[0] << 8 | bits[1]) & 0xFFF
        let low = bits[2...].reduce(0) { $0 << 8 | $1 } & 0x3FFF_FFFF_FFFF_0000 | 0x8000_0000_0000_0000
        return text(high, low | UInt64(tag))
    }

    /// Whether a text is a UUID of any version in the 36-character lower-case form.
    public static func isUUID(_ text: some StringProtocol) -> Bool {
        var text = String(text)
        return text.withUTF8 { bytes in
            guard bytes.count == 36 else { return false }
            for index in 0..<36 {
                let byte = bytes[index]
                switch index {
                case 8, 13, 18, 23: if byte != UInt8(ascii: "-") { return false }
                default:
                    let isHex = (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102)
                    if !isHex { return false }
                }
            }
            return true
        }
    }

    private static func text(_ high: UInt64, _ low: UInt64) -> String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var index = 0
            for word in [high, low] {
                for nibble in stride(from: 60, through: 0, by: -4) {
                    if index == 8 || index == 13 || index == 18 || index == 23 {
                        buffer[index] = UInt8(ascii: "-")
                        index += 1
                    }
                    buffer[index] = digits[Int(word >> UInt64(nibble) & 0xF)]
                    index += 1
                }
            }
            return index
        }
    }
}
