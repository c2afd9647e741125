import HawserCore
import Testing

struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.001Z", 1),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2026-11-21T03:34:12Z", 1_795_232_052_000),
        ("2026-11-21t03:34:12z", 1_795_232_052_000),
        ("2026-11-21 03:34:12Z", 1_795_232_052_000),
        ("2026-11-21T05:04:12+01:30", 1_795_232_052_000),
        ("2026-11-20T22:34:12.000-05:00", 1_795_232_052_000),
        ("2026-11-21T03:34:12.1Z", 1_795_232_052_100),
        ("2026-11-21T03:34:12.123456789Z", 1_795_232_052_123),
        ("2026-11-21T03:34:12-00:00", 1_795_232_052_000),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000),
        ("2000-02-29T12:00:00Z", 951_825_600_000),
        ("1985-04-12T23:20:50.52Z", 482_196_050_520),
        ("1990-12-31T23:59:60Z", 662_688_000_000),
        ("1990-12-31T15:59:60-08:00", 662_688_000_000),
        ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ])
    func reads(_ text: String, _ milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-11-21", "2026-11-21T03:34:12", "2026-11-21T03:34Z", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-02-31T00:00:60Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01:60",
        "2026-01-01T00:00:00+0100", "2026-01-01T00:00:00+01", "2026-01-01T00:00:00Zx", " 2026-01-01T00:00:00Z",
        "+026-01-01T00:00:00Z", "2026-1-01T00:00:00Z", "２026-01-01T00:00:00Z", "2026-01-01T00:00:00,5Z",
    ])
    func refuses(_ text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func writesUTCWithMilliseconds() {
        #expect(Timestamp(milliseconds: 1_795_232_052_007).rfc3339 == "2026-11-21T03:34:12.007Z")
        #expect(Timestamp(milliseconds: 0).rfc3339 == "1970-01-01T00:00:00.000Z")
        #expect(Timestamp(milliseconds: -1).rfc3339 == "1969-12-31T23:59:59.999Z")
        #expect(Timestamp(milliseconds: -1000).rfc3339 == "1969-12-31T23:59:59.000Z")
        #expect(Timestamp(milliseconds: -62_135_596_800_000).rfc3339 == "0001-01-01T00:00:00.000Z")
    }

    @Test func everyWrittenTimeReadsBack() {
        for step in -2000..<2000 {
            let moment = Timestamp(milliseconds: Int64(step) * 86_400_123_457 / 10)
            #expect(Timestamp(rfc3339: moment.rfc3339) == moment)
        }
    }

    @Test func codableIsTheText() throws {
        let moment = Timestamp(milliseconds: 1_795_232_052_007)
        #expect(try JSON(encoding: [moment]) == ["2026-11-21T03:34:12.007Z"])
        #expect(try (["2026-11-21T03:34:12.007Z"] as JSON).decoded(as: [Timestamp].self) == [moment])
        #expect(throws: JSONError.self) { try (["yesterday"] as JSON).decoded(as: [Timestamp].self) }
        #expect(throws: JSONError.self) { try ([5] as JSON).decoded(as: [Timestamp].self) }
    }

    @Test func arithmetic() {
        let start = Timestamp(milliseconds: 1000)
        #expect(start.adding(seconds: 1.5).milliseconds == 2500)
        #expect(start.adding(seconds: -2).milliseconds == -1000)
        #expect(start.adding(seconds: 1.5).seconds(since: start) == 1.5)
        #expect(start < start.adding(seconds: 0.001))
    }

    /// A client may send any number of seconds; the far future must not stop the process.
    @Test(arguments: [Double.infinity, -.infinity, .nan, 1e300, -1e300])
    func arithmeticBeyondTheRangeDoesNotTrap(_ seconds: Double) {
        let far = Timestamp(milliseconds: 1000).adding(seconds: seconds)
        #expect(far.rfc3339.hasSuffix("Z"))
    }
}
