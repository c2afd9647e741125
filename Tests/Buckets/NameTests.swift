import Foundation
import HawserCore
import HawserMetadata
import HawserStorage
import Testing

@testable import HawserBuckets

/// What is made of the names and paths that clients send.
@Suite("names and paths of files")
struct NameTests {
    @Test(
        "of a client's name the last part is kept, without what a file system may not take",
        arguments: [
            ("File-Name.jpg", "File-Name.jpg"), ("C:\\x\\y.txt", "y.txt"), ("../../etc/passwd", "passwd"),
            ("'quoted'", "quoted"), ("\"quoted\"", "quoted"), ("a<b>:c|d?e*.txt", "abcde.txt"), ("  x  ", "x"),
            ("tab\tand\u{0}nul", "tabandnul"), ("日本.txt", "日本.txt"),
        ]
    )
    func names(_ raw: String, _ clean: String) throws {
        #expect(try IncomingFile.cleaned(raw) == clean)
    }

    @Test("a name of which nothing is left is refused", arguments: ["", "..", ".", "../", "'.'", "*..*", "?", "a/"])
    func noNames(_ raw: String) {
        #expect(throws: StorageError.self) { try IncomingFile.cleaned(raw) }
    }

    @Test("a name may have as many characters as the seed's column")
    func longNames() throws {
        let longest = String(repeating: "字", count: 80)
        #expect(try IncomingFile.cleaned(longest) == longest)
        #expect(throws: StorageError.self) { try IncomingFile.cleaned(String(repeating: "x", count: 101)) }
    }

    @Test("variables of a path are filled in, in both forms and any case")
    func variables() throws {
        let moment = try #require(Timestamp(rfc3339: "2014-07-30T12:18:19.741Z"))
        let time = LocalTime(moment)
        let id = "12345678-0000-4fa5-8f3a-3744d216d475"
        let (year, month, day) = (time.year, time.month, time.day)
        let clock = time.hour + time.minute + time.second
        let cases = [
            ("zfs.local:/d/attachments", "zfs.local:/d/attachments/\(year)/\(month)/\(day)"),
            ("/a/$year/$month/$day", "/a/\(year)/\(month)/\(day)"),
            ("/a/$(YEAR)-$(Month)/", "/a/\(year)-\(month)"),
            ("/a/$(date)/$TIME", "/a/\(year)\(month)\(day)/\(clock)"),
            ("/a/$years/$(home)/$", "/a/$years/$(home)/$/\(year)/\(month)/\(day)"),
            ("/", "/\(year)/\(month)/\(day)"),
        ]
        for (template, folder) in cases {
            let path = PathTemplate(template).path(bucket: 1, file: id, name: "X.JPG", at: moment)
            #expect(path == "\(folder)/[1]1234567800004fa58f3a3744d216d475.jpg", "\(template)")
        }
        #expect(PathTemplate("$day").path(bucket: 2, file: id, name: "x", at: moment).hasSuffix("d475"))
    }

    @Test("times have seven digits and the machine's offset")
    func times() throws {
        let moment = try #require(Timestamp(rfc3339: "2014-07-30T09:18:19.741Z"))
        let text = LocalTime(moment).text
        #expect(text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.7410000[+-]\d\d:\d\d/) != nil, "\(text)")
        #expect(Timestamp(rfc3339: text) == moment)
    }

    @Test("a type is what the client says, else what the name says")
    func types() {
        #expect(MediaTypes.type(given: "image/jpeg", name: "x.png") == "image/jpeg")
        #expect(MediaTypes.type(given: nil, name: "x.PNG") == "image/png")
        #expect(MediaTypes.type(given: "no type", name: "x.txt") == "text/plain")
        #expect(MediaTypes.type(given: "a/\r\nSet-Cookie: x", name: "x") == "application/octet-stream")
    }

    @Test("keys and what they stand for")
    func keys() {
        let id = "12345678-0000-4fa5-8f3a-3744d216d475"
        #expect(CacheKeys.file(id) == "storages.file:1234567800004fa58f3a3744d216d475")
        #expect(CacheKeys.meaning(of: CacheKeys.file(id)) == .file(id))
        #expect(CacheKeys.meaning(of: CacheKeys.bucket(7)) == .bucket(7))
        #expect(CacheKeys.meaning(of: CacheKeys.files(of: 7)) == .files(of: 7))
        for none in [CacheKeys.removed(CacheKeys.file(id)), CacheKeys.removed(CacheKeys.bucket(7)), CacheKeys.lock] {
            #expect(CacheKeys.meaning(of: none) == nil, "\(none)")
        }
    }
}
