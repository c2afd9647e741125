import HawserCore
import HawserHTTP
import Testing

@Suite("dates of HTTP")
struct HTTPDateTests {
    @Test(
        "a moment to the second, there and back",
        arguments: [
            ("1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("2014-07-30T09:18:19Z", "Wed, 30 Jul 2014 09:18:19 GMT"),
            ("2000-02-29T23:59:59Z", "Tue, 29 Feb 2000 23:59:59 GMT"),
        ]
    )
    func both(_ rfc3339: String, _ text: String) throws {
        let moment = try #require(Timestamp(rfc3339: rfc3339))
        #expect(HTTPDate.text(moment) == text)
        #expect(HTTPDate.moment(text) == moment)
    }

    @Test(
        "other forms are none",
        arguments: [
            "", "yesterday", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
            "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 anF 1994 08:49:37 GMT ",
        ]
    )
    func none(_ text: String) {
        #expect(HTTPDate.moment(text) == nil)
    }
}
