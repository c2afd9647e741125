import Foundation
public import HawserCore

/// A moment on this machine's clock, as seed 002 writes moments and the days in paths.
public struct LocalTime {
    private let parts: tm
    private let milliseconds: Int64

    /// A moment in this machine's time zone.
    public init(_ moment: Timestamp) {
        var parts = tm()
        var seconds = time_t(moment.milliseconds / 1000)
        localtime_r(&seconds, &parts)
        self.parts = parts
        milliseconds = moment.milliseconds % 1000
    }

    /// `2014-07-30T17:18:19.7410000+08:00`: seven digits of the second, of which three are known, and the offset.
    public var text: String {
        let offset = abs(Int(parts.tm_gmtoff)) / 60
        let sign = parts.tm_gmtoff < 0 ? "-" : "+"
        return "\(year)-\(month)-\(day)T\(hour):\(minute):\(second).\(Self.digits(milliseconds, 3))0000"
            + "\(sign)\(Self.digits(offset / 60, 2)):\(Self.digits(offset % 60, 2))"
    }

    /// Four digits.
    var year: String { Self.digits(parts.tm_year + 1900, 4) }
    /// Two digits, from 01.
    var month: String { Self.digits(parts.tm_mon + 1, 2) }
    /// Two digits.
    var day: String { Self.digits(parts.tm_mday, 2) }
    /// Two digits.
    var hour: String { Self.digits(parts.tm_hour, 2) }
    /// Two digits.
    var minute: String { Self.digits(parts.tm_min, 2) }
    /// Two digits.
    var second: String { Self.digits(parts.tm_sec, 2) }

    private static func digits(_ value: some BinaryInteger, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
