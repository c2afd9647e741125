import HawserCore
import HawserHTTP
import Testing

/// Seed 002: files in buckets.
@Suite("files in buckets", .timeLimit(.minutes(10)))
struct BucketFileTests {
    private static let path = "/api/storages/file"
    private static let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

    @Test("several files and fields in one form; the records of the seed")
    func several() async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let bucket = try await tenant.bucket()
        let form = Form(
            [
                .init("File-Name.jpg", Self.bytes, type: "image/jpeg", field: "Attachment"),
                .init("C:\\photos\\日本.PNG", [], type: nil, field: "Second"), .init("", [], field: "NotChosen"),
            ],
            fields: [("Author", "Ada"), ("$set.x", "日本"), ("Author", "Ada Lovelace"), ("empty", "")]
        )
        let files = try await tenant.put(form, into: bucket)
        #expect(files.count == 2)
        let first = try #require(files.first)
        #expect(
            Set(first.object?.keys ?? [:].keys) == [
                "FileId", "BucketId", "Name", "Type", "Path", "Title", "Size", "TotalVisits", "CreatedTime",
                "ModifiedTime", "VisitedTime", "ExtendedProperties",
            ]
        )
        let id = try #require(first["FileId"]?.string)
        #expect(UUIDv7.isUUID(id))
        #expect(first["BucketId"] == .int(bucket))
        #expect(first["Name"] == "File-Name.jpg")
        #expect(first["Type"] == "image/jpeg")
        #expect(first["Title"] == "Attachment")
        #expect(first["Size"] == 100_000)
        #expect(first["TotalVisits"] == 0)
        #expect(first["ModifiedTime"] == .null)
        #expect(first["ExtendedProperties"] == ["Author": "Ada Lovelace", "$set.x": "日本", "empty": ""])
        let created = try #require(first["CreatedTime"]?.string)
        let day = created.prefix(10).replacing("-", with: "/")
        let bare = id.replacing("-", with: "")
        #expect(first["Path"] == .string("/attachments/\(day)/[\(bucket)]\(bare).jpg"))
        #expect(files[1]["Name"] == "日本.PNG")
        #expect(files[1]["Type"] == "image/png")
        #expect(files[1]["Size"] == 0)
        #expect(files[1]["Path"]?.string?.hasSuffix(".png") == true)
        #expect(files[1]["ExtendedProperties"] == first["ExtendedProperties"])

        #expect(try await tenant.client.get("\(Self.path)/\(id)/Info").json == first)
        #expect(try await tenant.client.get("\(Self.path)/\(bare.uppercased())/Info").json == first)
        #expect(try await tenant.client.get("\(Self.path)/\(id)/Path").json == first["Path"])
        #expect(try await tenant.client.get("/api/storages/bucket/\(bucket)/Count").json == 2)
        let words = try await dev.redis.send(["HGETALL", "storages.file:\(bare)"]).array?.compactMap(\.string) ?? []
        #expect(words.contains("ExtendedProperties.$set.x"))
        let members = try await dev.redis.send(["SMEMBERS", "storages.bucket:\(bucket):files"]).array ?? []
        #expect(members.count == 2 && members.compactMap(\.string).contains(bare))

        #expect(try await tenant.client.send("DELETE", "\(Self.path)/\(id)").json == true)
        #expect(try await tenant.client.send("DELETE", "\(Self.path)/\(id)").json == false)
        #expect(try await tenant.client.get("\(Self.path)/\(id)").status == 404)
        #expect(try await tenant.client.get("\(Self.path)/\(id)/Info").json == .null)
        #expect(try await tenant.client.get("\(Self.path)/\(id)/Path").json == .null)
        #expect(try await dev.redis.send(["EXISTS", "storages.file:\(bare)"]).int == 0)
        #expect(try await tenant.client.get("/api/storages/bucket/\(bucket)/Count").json == 1)
    }

    @Test("the headers of the seed, and those of every download here")
    func headers() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let bucket = try await tenant.bucket()
        let id = try await tenant.putFile(Self.bytes, name: "file-name.jpg", into: bucket)
        let info = try await tenant.client.get("\(Self.path)/\(id)/Info")
        let answer = try await tenant.client.get("\(Self.path)/\(id)")
        #expect(answer.status == 200)
        #expect(answer.body == Self.bytes)
        let created = try #require(info["CreatedTime"].flatMap { Timestamp(rfc3339: $0) })
        let expected = [
            "Cache-Control": "no-cache", "Content-Disposition": "attachment; filename=file-name.jpg",
            "Content-Length": "100000", "Content-Type": "image/jpeg", "Expires": "-1",
            "Last-Modified": HTTPDate.text(created), "Pragma": "no-cache", "Accept-Ranges": "bytes",
            "X-Content-Type-Options": "nosniff",
        ]
        for (name, value) in expected {
            let found = answer.headers.first { $0.name.lowercased() == name.lowercased() }
            #expect(found?.name == name)
            #expect(found?.value == value)
        }
        #expect(answer.headers["date"] != nil)
        #expect(answer.headers["etag"] != nil)
    }

    @Test(
        "names in Content-Disposition",
        arguments: [
            ("a b.txt", "attachment; filename=\"a b.txt\""),
            ("日本.txt", "attachment; filename=\"__.txt\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.txt"),
            ("50%.txt", "attachment; filename=\"50_.txt\"; filename*=UTF-8''50%25.txt"),
            ("a;b=c.txt", "attachment; filename=\"a;b=c.txt\""),
        ]
    )
    func disposition(_ name: String, _ header: String) async throws {
        let tenant = try await Dev.shared.value.tenant()
        let id = try await tenant.putFile([1], name: name, into: try await tenant.bucket())
        let head = try await tenant.client.send("HEAD", "\(Self.path)/\(id)")
        #expect(head.headers["content-disposition"] == header)
    }

    @Test("downloads are counted: once each, HEAD, continued and known ones not")
    func visits() async throws {
        let tenant = try await Dev.shared.value.tenant()
        let id = try await tenant.putFile(Self.bytes, into: try await tenant.bucket())
        let path = "\(Self.path)/\(id)"
        func count() async throws -> JSON? { try await tenant.client.get("\(path)/Info").json["TotalVisits"] }
        let head = try await tenant.client.send("HEAD", path)
        #expect(head.status == 200 && head.headers["content-length"] == "100000" && head.body.isEmpty)
        #expect(try await count() == 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    let answer = try await tenant.client.get(path)
                    #expect(answer.body == Self.bytes)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await count() == 20)
        let part = try await tenant.client.get(path, ["Range": "bytes=0-9"])
        #expect(part.status == 206 && part.body == Array(Self.bytes[..<10]))
        #expect(part.headers["content-range"] == "bytes 0-9/100000")
        #expect(try await count() == 21)
        let rest = try await tenant.client.get(path, ["Range": "bytes=10-"])
        #expect(rest.status == 206 && rest.body == Array(Self.bytes[10...]))
        let beyond = try await tenant.client.get(path, ["Range": "bytes=100000-"])
        #expect(beyond.status == 416 && beyond.headers["content-range"] == "bytes */100000")
        let tag = try #require(head.headers["etag"])
        let modified = try #require(head.headers["last-modified"])
        for known in [["If-None-Match": tag], ["If-Modified-Since": modified], ["If-None-Match": "*"]] {
            let answer = try await tenant.client.get(path, known)
            #expect(answer.status == 304 && answer.body.isEmpty)
            #expect(answer.headers["etag"] == tag)
        }
        #expect(try await count() == 21)
        let other = ["If-None-Match": "\"x\"", "If-Modified-Since": modified]
        #expect(try await tenant.client.get(path, other).status == 200, "the tag goes before the time")
        let old = ["If-Modified-Since": "Wed, 30 Jul 2014 09:18:19 GMT"]
        #expect(try await tenant.client.get(path, old).status == 200)
        #expect(try await count() == 23)
        let info = try await tenant.client.get("\(path)/Info")
        #expect(info["VisitedTime"].flatMap { Timestamp(rfc3339: $0) } != nil)
        #expect(info.json["ModifiedTime"] == .null)
    }

    @Test("names with paths in them stay names")
    func pathTricks() async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let bucket = try await tenant.bucket()
        for (sent, kept) in [
            ("../../etc/passwd", "passwd"), ("..\\\\..\\\\boot.ini", "boot.ini"), ("/abs.txt", "abs.txt"),
            ("%2e%2e%2fx", "%2e%2e%2fx"), ("a\tb", "ab"), ("$year.txt", "$year.txt"), ("CON<>.txt", "CON.txt"),
        ] {
            let files = try await tenant.put(Form([.init(sent, [1])]), into: bucket)
            #expect(files.first?["Name"]?.string == kept)
            #expect(files.first?["Path"]?.string?.contains("..") == false)
        }
        for name in ["..", "../", ".", "a/.."] {
            #expect(try await tenant.client.post("\(Self.path)/\(bucket)", Form([.init(name, [1])])).status == 400)
        }
        let long = Form([.init(String(repeating: "x", count: 101), [1])])
        #expect(try await tenant.client.post("\(Self.path)/\(bucket)", long).status == 400)
        for id in ["..%2f..%2fetc%2fpasswd", "%2e%2e", "x", "00000000-0000-0000-0000-00000000000g", "%00"] {
            for (method, suffix) in [("GET", ""), ("GET", "/Info"), ("GET", "/Path"), ("DELETE", "")] {
                let status = try await tenant.client.send(method, "\(Self.path)/\(id)\(suffix)").status
                #expect(status == 404 || status == 400, "\(method) \(id)\(suffix)")
            }
        }
        #expect(try await tenant.client.get("\(Self.path)/00000000-0000-0000-0000-000000000000").status == 404)
    }

    @Test("what is no form of files is refused, and nothing of it stays", arguments: Broken.allCases)
    func broken(form: Broken) async throws {
        let dev = try await Dev.shared.value
        let tenant = try await dev.tenant()
        let bucket = try await tenant.bucket()
        let answer = try await tenant.client.send(
            "POST",
            "\(Self.path)/\(form.bucket ?? "\(bucket)")",
            headers: ["Content-Type": form.type],
            body: .bytes(form.bytes)
        )
        #expect(answer.status == form.status, "\(answer)")
        #expect(answer["Message"]?.isEmpty == false)
        #expect(try await tenant.client.get("/api/storages/bucket/\(bucket)/Count").json == 0)
        let objects = try await dev.database.collection("objects").count(["tenant": .string(tenant.id)])
        #expect(objects == 0, "none of the files before the fault is stored")
        #expect(try await dev.database.collection("file_uploads").count(["tenant": .string(tenant.id)]) == 0)
    }

    /// Ways to break a form.
    enum Broken: CaseIterable {
        case noForm, noBoundary, noEnd, noFile, badNameSecond, tooManyFields, longField, notUTF8
        case unknownBucket, zeroBucket, noBucket

        var type: String {
            switch self {
            case .noForm: "application/json"
            case .noBoundary: "multipart/form-data"
            default: Form([]).type
            }
        }

        var bytes: [UInt8] {
            let good = Form.File("1", [1])
            return switch self {
            case .noEnd: Form([good, good], hasEnd: false).bytes
            case .noFile: Form([], fields: [("a", "b")]).bytes
            case .badNameSecond: Form([good, .init("..", [2])]).bytes
            case .tooManyFields: Form([good], fields: (0...100).map { ("f\($0)", "") }).bytes
            case .longField: Form([good], fields: [("f", String(repeating: "x", count: 70_000))]).bytes
            case .notUTF8: Array(Form([good], hasEnd: false).bytes) + Self.invalid + Form([]).bytes
            default: Form([good]).bytes
            }
        }

        private static let invalid =
            Array("--\(Form.boundary)\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n".utf8) + [0xFF, 13, 10]

        var bucket: String? {
            switch self {
            case .unknownBucket: "2147483647"
            case .zeroBucket: "0"
            case .noBucket: "x"
            default: nil
            }
        }

        var status: Int {
            switch self {
            case .noForm: 415
            case .tooManyFields, .longField: 413
            case .unknownBucket, .noBucket: 404
            default: 400
            }
        }
    }
}
