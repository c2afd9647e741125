/// Reads the part of MessagePack that Redis' `cmsgpack` writes for a list of whole numbers and strings.
///
/// Source: the MessagePack specification, formats fixint, uint/int 8-64, float 64, fixstr, str 8-32, fixarray, array 16.
struct MessagePackReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func arrayCount() throws -> Int {
        let head = try byte()
        switch head {
        case 0x90...0x9F: return Int(head & 0x0F)
        case 0xDC: return Int(try unsigned(2))
        default: throw QueueError.corrupt("MessagePack array")
        }
    }

    mutating func int() throws -> Int {
        let head = try byte()
        switch head {
        case 0x00...0x7F: return Int(head)
        case 0xE0...0xFF: return Int(Int8(bitPattern: head))
        case 0xCC: return Int(try unsigned(1))
        case 0xCD: return Int(try unsigned(2))
        case 0xCE: return Int(try unsigned(4))
        case 0xCF: return Int(truncatingIfNeeded: try unsigned(8))
        case 0xD0: return Int(Int8(truncatingIfNeeded: try unsigned(1)))
        case 0xD1: return Int(Int16(truncatingIfNeeded: try unsigned(2)))
        case 0xD2: return Int(Int32(truncatingIfNeeded: try unsigned(4)))
        case 0xD3: return Int(truncatingIfNeeded: try unsigned(8))
        case 0xCB: return Int(Double(bitPattern: try unsigned(8)))
        default: throw QueueError.corrupt("MessagePack number")
        }
    }

    mutating func string() throws -> String {
        let head = try byte()
        let count: Int
        switch head {
        case 0xA0...0xBF: count = Int(head & 0x1F)
        case 0xD9: count = Int(try unsigned(1))
        case 0xDA: count = Int(try unsigned(2))
        case 0xDB: count = Int(try unsigned(4))
        default: throw QueueError.corrupt("MessagePack string")
        }
        guard position + count <= bytes.count else { throw QueueError.corrupt("MessagePack string") }
        defer { position += count }
        return String(decoding: bytes[position..<(position + count)], as: UTF8.self)
    }

    private mutating func byte() throws -> UInt8 {
        guard position < bytes.count else { throw QueueError.corrupt("MessagePack end") }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func unsigned(_ count: Int) throws -> UInt64 {
        var value: UInt64 = 0
        for _ in 0..<count { value = value << 8 | UInt64(try byte()) }
        return value
    }
}

/// Writes what `MessagePackReader` reads.
struct MessagePackWriter {
    private(set) var bytes: [UInt8] = []

    init(arrayCount: Int) {
        precondition(arrayCount < 16)
        bytes.append(0x90 | UInt8(arrayCount))
    }

    mutating func append(_ number: Int) {
        if (0...0x7F).contains(number) {
            bytes.append(UInt8(number))
        } else {
            bytes.append(0xD3)
            let bits = UInt64(bitPattern: Int64(number))
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
            }
        }
    }

    mutating func append(_ text: String) {
        let utf8 = Array(text.utf8)
        bytes.append(0xDB)
        for shift in stride(from: 24, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: utf8.count >> shift))
        }
        bytes += utf8
    }
}
