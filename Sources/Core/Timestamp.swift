import Foundation

/// A moment, in whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Written as RFC 3339 in UTC with milliseconds (`2026-11-21T03:34:12.000Z`) wherever a client sees it.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    /// A moment by its milliseconds since 1970-01-01T00:00:00Z.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// This machine's clock.
    public static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Parses RFC 3339 (`2026-11-21T03:34:12Z`, any offset, any fraction); nil when it is not.
    public init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[range] {
                guard byte >= 48, byte <= 57 else { return nil }
                value = value * 10 + Int(byte - 48)
            }
            return value
        }
        func isAt(_ index: Int, _ characters: String) -> Bool {
            index < bytes.count && characters.utf8.contains(bytes[index])
        }
        guard let year = number(0..<4), isAt(4, "-"), let month = number(5..<7), isAt(7, "-"),
            let day = number(8..<10), isAt(10, "Tt "), let hour = number(11..<13), isAt(13, ":"),
            let minute = number(14..<16), isAt(16, ":"), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        var index = 19
        var fraction = 0
        if isAt(index, ".") {
            index += 1
            var scale = 100
            let start = index
            while index < bytes.count, let digit = number(index..<(index + 1)) {
                fraction += digit * scale
                scale /= 10
                index += 1
            }
            guard index > start else { return nil }
        }
        var offset = 0
        if isAt(index, "Zz") {
            index += 1
        } else if isAt(index, "+-"), let hours = number((index + 1)..<(index + 3)), isAt(index + 3, ":"),
            let minutes = number((index + 4)..<(index + 6)), hours < 24, minutes < 60
        {
            offset = (bytes[index] == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + minutes * 60)
            index += 6
        } else {
            return nil
        }
        guard index == bytes.count else { return nil }
        var parts = tm()
        parts.tm_year = Int32(year - 1900)
        parts.tm_mon = Int32(month - 1)
        parts.tm_mday = Int32(day)
        parts.tm_hour = Int32(hour)
        parts.tm_min = Int32(minute)
        let minuteStart = timegm(&parts)
        // timegm carries 31 February over into March; a date that does not exist is refused.
        guard Int(parts.tm_mday) == day else { return nil }
        milliseconds = Int64(minuteStart + second - offset) * 1000 + Int64(fraction)
    }

    /// The moment as RFC 3339 in UTC with milliseconds.
    public var rfc3339: String {
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        var time = time_t(rest < 0 ? seconds - 1 : seconds)
        let millis = rest < 0 ? rest + 1000 : rest
        var parts = tm()
        gmtime_r(&time, &parts)
        // Digit by digit: this is in each line of the log and several times in each job that is shown.
        let year = Int(parts.tm_year) + 1900
        guard (0...9999).contains(year) else { return "\(year)-01-01T00:00:00.000Z" }
        return String(unsafeUninitializedCapacity: 24) { buffer in
            var index = 0
            func put(_ value: Int, _ width: Int, _ after: UInt8) {
                var rest = value
                for place in stride(from: index + width - 1, through: index, by: -1) {
                    buffer[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                buffer[index + width] = after
                index += width + 1
            }
            put(year, 4, UInt8(ascii: "-"))
            put(Int(parts.tm_mon) + 1, 2, UInt8(ascii: "-"))
            put(Int(parts.tm_mday), 2, UInt8(ascii: "T"))
            put(Int(parts.tm_hour), 2, UInt8(ascii: ":"))
            put(Int(parts.tm_min), 2, UInt8(ascii: ":"))
            put(Int(parts.tm_sec), 2, UInt8(ascii: "."))
            put(Int(millis), 3, UInt8(ascii: "Z"))
            return index
        }
    }

    /// Orders by time.
    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

    /// The moment that many seconds later (earlier when negative).
    ///
    /// Stops at the years 1 and 9999, which RFC 3339 can still write, so that no number of seconds a client sends can
    /// overflow. "Not a number" adds nothing.
    public func adding(seconds: Double) -> Timestamp {
        let sum = Double(milliseconds) + seconds * 1000
        if sum <= -62_135_596_800_000 { return Timestamp(milliseconds: -62_135_596_800_000) }
        if sum >= 253_402_300_799_999 { return Timestamp(milliseconds: 253_402_300_799_999) }
        return seconds.isNaN ? self : Timestamp(milliseconds: milliseconds + Int64((seconds * 1000).rounded()))
    }

    /// Seconds from another moment to this one.
    public func seconds(since other: Timestamp) -> Double {
        Double(milliseconds - other.milliseconds) / 1000
    }
}

extension Timestamp: Codable {
    /// Reads an RFC 3339 string.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Timestamp(rfc3339: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 time")
        }
        self = value
    }

    /// Writes an RFC 3339 string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339)
    }
}
