import Foundation
public import HawserCore

/// Moments as HTTP writes them (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
public enum HTTPDate {
    // The "C" locale, whose names of days and months these are, is in force as long as nobody calls setlocale.
    private static let format = "%a, %d %b %Y %H:%M:%S GMT"

    /// The text of a moment, to the second.
    public static func text(_ moment: Timestamp) -> String {
        var seconds = time_t(moment.milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 64)
        strftime(&text, text.count, format, &parts)
        return text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }

    private static let months = "JanFebMarAprMayJunJulAugSepOctNovDec"

    /// The moment of a text; nil when it is in another form, the two obsolete ones included.
    public static func moment(_ text: String) -> Timestamp? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 6, words[0].count == 4, words[0].last == ",", words[1].count == 2, words[2].count == 3,
            let place = months.range(of: words[2]), words[3].count == 4, words[5] == "GMT"
        else { return nil }
        let month = months.distance(from: months.startIndex, to: place.lowerBound) / 3 + 1
        return Timestamp(rfc3339: "\(words[3])-\(month < 10 ? "0" : "")\(month)-\(words[1])T\(words[4])Z")
    }
}
