import Foundation

/// Splits a multipart body (RFC 2046, 5.1) as its bytes come, holding back no more than a delimiter or a part's header.
struct MultipartParser {
    enum Event: Equatable {
        /// A part begins; its header block without the empty line.
        case begin([UInt8])
        /// Some of the part's bytes.
        case data([UInt8])
        /// The part is complete.
        case end
    }

    private enum Stage {
        case preamble
        case header
        /// The empty line after the header is still in the buffer: a delimiter may begin with it.
        case start
        case data
        case epilogue
    }

    static let headerLimit = 16 << 10
    /// The longest padding that is accepted after a delimiter.
    private static let paddingLimit = 256

    private let delimiter: [UInt8]
    private var buffer: [UInt8]
    private var position = 0
    private var stage = Stage.preamble

    init(boundary: String) {
        delimiter = Array("\r\n--\(boundary)".utf8)
        // The first delimiter may stand at the very beginning, where no line break is before it.
        buffer = [13, 10]
    }

    /// Whether the final boundary was seen.
    var isComplete: Bool { stage == .epilogue }

    mutating func append(_ bytes: [UInt8]) {
        guard stage != .epilogue else { return }
        if position == buffer.count {
            buffer = bytes
        } else {
            buffer.removeFirst(position)
            buffer += bytes
        }
        position = 0
    }

    /// The next event; nil when more bytes are needed or the body is complete.
    mutating func next() throws -> Event? {
        while true {
            switch stage {
            case .epilogue:
                return nil
            case .preamble:
                guard let found = find(delimiter) else {
                    position = max(position, buffer.count - delimiter.count + 1)
                    return nil
                }
                switch closing(at: found) {
                case nil: return nil
                case .some(nil): position = found + 2
                case .some(let end?): position = end
                }
            case .header:
                guard let block = try header() else { return nil }
                return .begin(block)
            case .start:
                let rest = buffer[position...]
                if !rest.starts(with: delimiter) {
                    if rest.count < delimiter.count, delimiter.starts(with: rest) { return nil }
                    position += 2
                    stage = .data
                    continue
                }
                switch closing(at: position) {
                case nil: return nil
                case .some(nil):
                    position += 2
                    stage = .data
                case .some(let end?):
                    position = end
                    return .end
                }
            case .data:
                guard let found = find(delimiter) else {
                    return data(until: max(position, buffer.count - delimiter.count + 1))
                }
                if let event = data(until: found) { return event }
                switch closing(at: found) {
                case nil: return nil
                case .some(nil): return data(until: found + 2)
                case .some(let end?):
                    position = end
                    return .end
                }
            }
        }
    }

    private mutating func data(until end: Int) -> Event? {
        guard end > position else { return nil }
        defer { position = end }
        return .data(Array(buffer[position..<end]))
    }

    /// What follows the boundary at an index: nil when more bytes are needed, `.some(nil)` when this is no delimiter, else
    /// where the next part begins; sets the stage.
    private mutating func closing(at found: Int) -> Int?? {
        var index = found + delimiter.count
        guard index < buffer.count else { return nil }
        if buffer[index] == UInt8(ascii: "-") {
            guard index + 1 < buffer.count else { return nil }
            guard buffer[index + 1] == UInt8(ascii: "-") else { return .some(nil) }
            stage = .epilogue
            return buffer.count
        }
        let limit = index + Self.paddingLimit
        while index < buffer.count, index < limit, buffer[index] == 32 || buffer[index] == 9 { index += 1 }
        guard index + 1 < buffer.count else {
            return index < limit ? (isLineStart(index) ? nil : .some(nil)) : .some(nil)
        }
        guard buffer[index] == 13, buffer[index + 1] == 10 else { return .some(nil) }
        stage = .header
        return index + 2
    }

    /// Whether the last byte of the buffer can still become the line break after a boundary.
    private func isLineStart(_ index: Int) -> Bool {
        index >= buffer.count || buffer[index] == 13
    }

    private mutating func header() throws -> [UInt8]? {
        if buffer.count - position >= 2, buffer[position] == 13, buffer[position + 1] == 10 {
            stage = .start
            return []
        }
        let found = find([13, 10, 13, 10])
        guard (found ?? buffer.count) - position <= Self.headerLimit else {
            throw HTTPError.malformedBody("the header of a part is longer than \(Self.headerLimit) bytes")
        }
        guard let found else { return nil }
        let block = Array(buffer[position..<found])
        position = found + 2
        stage = .start
        return block
    }

    /// The index of a needle that begins with CR; memchr skips to the candidates.
    private func find(_ needle: [UInt8]) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var index = position
            while index + needle.count <= bytes.count {
                let left = bytes.count - index - needle.count + 1
                guard let found = memchr(base + index, 13, left) else { return nil }
                let candidate = UnsafeRawPointer(found) - base
                if memcmp(base + candidate, needle, needle.count) == 0 { return candidate }
                index = candidate + 1
            }
            return nil
        }
    }
}
