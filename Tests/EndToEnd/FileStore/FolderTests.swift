import HawserCore
import Testing

@Suite("folders, lists and removal", .timeLimit(.minutes(10)))
struct FolderTests {
    @Test("folders are made, listed and removed")
    func folders() async throws {
        let tenant = try await StoreDev.shared.value.tenant()
        #expect(try await tenant.does("/store/folder/add", ["parent": "/", "": ["abc", "tmp"]]) == true)
        #expect(try await tenant.does("/store/folder/add", ["parent": "/tmp", "folders": ["ok", "ü b"]]) == true)
        let cases: [(JSON, Int64)] = [
            (["parent": "/"], 6), (["parent": "/", "folders": []], 6), (["parent": "/", "folders": [""]], 7),
            (["parent": "/", "folders": ["a/b"]], 13), (["parent": "tmp", "folders": ["a"]], 200),
            (["parent": "/nothing", "folders": ["a"]], 201), (["parent": "/../tmp", "folders": ["a"]], 1),
            (["parent": "/", "folders": [".."]], 1), (["parent": "/", "folders": ["a\u{0}"]], 1),
            (["parent": "/", "folders": [.string(String(repeating: "x", count: 301))]], 1), (["folders": ["a"]], 400),
            (["parent": 7, "folders": ["a"]], 400), (["parent": "/", "folders": "a"], 400),
            (["parent": "/", "folders": [7]], 400), (["parent": "/", "folders": ["tmp"], "interactive": true], 8),
            (["parent": "/", "folders": ["tmp"], "interactive": 1], 400),
        ]
        for (body, code) in cases {
            #expect(try await tenant.ask("/store/folder/add", body).code == code, "\(body.text.prefix(100))")
        }
        #expect(try await tenant.does("/store/folder/add", ["parent": "/", "folders": ["tmp", "x"]]) == true)
        #expect(try await tenant.list("/").map(\.name) == ["abc", "tmp", "x"])
        let entry = try await tenant.entry("/tmp/ok")
        #expect(entry["folder"] == true && entry["filesize"] == 0 && entry["filehash"] == "")
        let id = try #require(entry["id"]?.string)
        let full = try await tenant.ask("/store/remove", ["target": "/tmp", "folder": true])
        #expect(full.code == 7 && full.data == "")
        let another = try await StoreDev.shared.value.tenant()
        #expect(try await another.ask("/store/remove", ["target": .string(id)]).code == 6, "it is somebody else's")
        #expect(try await tenant.does("/store/remove", ["target": .string(id), "folder": true]) == true)
        #expect(try await tenant.ask("/store/remove", ["target": .string(id), "folder": true]).code == 6)
        // The id as the original had it: its text in hexadecimal.
        let hex = Array((try #require(try await tenant.entry("/x")["id"]?.string)).utf8).hex
        #expect(try await tenant.does("/store/remove", ["target": .string(hex)]) == true)
        let gone = try await tenant.ask("/store/remove", ["target": "/tmp", "folder": true, "recursion": true])
        #expect(gone.code == 0 && gone.data == true)
        #expect(try await tenant.list("/").map(\.name) == ["abc"])
        #expect(try await tenant.tenant.finished(gone.job)["state"] == "succeeded")
        for target in ["/", "/nothing", "/a/../b", "zz", "", "0123"] {
            #expect(try await tenant.ask("/store/remove", ["target": .string(target)]).code != 0, "\(target)")
        }
    }

    @Test("the form of answers: always 200, four spaces, and what is wrong with a request in the code")
    func form() async throws {
        let dev = try await StoreDev.shared.value
        let tenant = try await dev.tenant()
        let client = tenant.tenant.client
        let list = try await client.post("/store/list", ["path": "/"])
        #expect(list.status == 200)
        #expect(list.text == "{\n    \"errmsg\": \"\",\n    \"code\": 0,\n    \"Data\": []\n}\n")
        #expect(list.headers["content-type"] == "application/json")
        let method = try await client.get("/store/list")
        #expect(method.status == 200 && method.json["code"] == 405)
        #expect(method.headers["allow"] == "OPTIONS, POST")
        #expect(try await client.post("/order/all", [:]).json["code"] == 405)
        let type = try await client.send(
            "POST",
            "/store/list",
            headers: ["Content-Type": "text/plain"],
            body: .bytes(Array("{}".utf8))
        )
        #expect(type.status == 200 && type.json["code"] == 415)
        for body in ["", "{", "[]", "7", "{\"path\": 7}", "{\"path\":\"/\",}", "{\"path\": \"\u{0}\"}"] {
            let headers = ["Content-Type": "application/json"]
            let answer = try await client.send("POST", "/store/list", headers: headers, body: .bytes(Array(body.utf8)))
            #expect(answer.status == 200 && answer.json["code"] == 400, "\(body)")
        }
        let broken: [UInt8] = Array("{\"path\": \"/".utf8) + [0xff, 0xfe] + Array("\"}".utf8)
        let encoded = try await client.send(
            "POST",
            "/store/list",
            headers: ["Content-Type": "application/json"],
            body: .bytes(broken)
        )
        #expect(encoded.json["code"] == 400)
        let nobody = try await dev.dev.anybody.post("/store/list", ["path": "/"])
        #expect(nobody.status == 401 && nobody.json["code"] == 401)
        #expect(nobody.headers["www-authenticate"]?.contains("Basic") == true)
        #expect(try await dev.dev.admin.post("/store/list", ["path": "/"]).json["code"] == 403)
        let nothing = try await client.get("/store/nothing")
        #expect(nothing.status == 404 && nothing.json["code"] == 404)
    }

    @Test("lists: pages, order, and what cannot be listed")
    func lists() async throws {
        let dev = try await StoreDev.shared.value
        let tenant = try await dev.tenant()
        let folder = try dev.folder()
        for (name, size) in [("b.txt", 3), ("a.TAR.gz", 5), ("c", 0)] {
            try dev.write(Array(repeating: 7, count: size), to: "\(folder)/\(name)")
        }
        try await tenant.does("/store/uploaddir", ["parent": .string(folder)])
        try await tenant.does("/store/folder/add", ["parent": .string(folder), "folders": ["z"]])
        func names(_ more: [String: JSON]) async throws -> [String] {
            let body = ["path": JSON.string(folder)].merging(more) { _, new in new }
            return (try await tenant.does("/store/list", .object(body)).array ?? [])
                .compactMap { $0["filename"]?.string.map { String($0.dropFirst(folder.count + 1)) } }
        }
        #expect(try await names([:]) == ["z", "a.TAR.gz", "b.txt", "c"])
        #expect(try await names(["ascorder": false]) == ["z", "c", "b.txt", "a.TAR.gz"])
        #expect(try await names(["sorttype": "size"]) == ["z", "c", "b.txt", "a.TAR.gz"])
        #expect(try await names(["sorttype": "modtime", "ascorder": false]).first == "z")
        #expect(try await names(["sorttype": "anything"]) == ["z", "a.TAR.gz", "b.txt", "c"])
        #expect(try await names(["pagesize": 2, "pagenum": 1]) == ["z", "a.TAR.gz"])
        #expect(try await names(["pagesize": 2, "pagenum": 2]) == ["b.txt", "c"])
        #expect(try await names(["pagesize": 2, "pagenum": 0]) == ["z", "a.TAR.gz"])
        #expect(try await names(["pagesize": 2, "pagenum": 9]) == [])
        let entry = try await tenant.entry("\(folder)/b.txt")
        #expect(entry["filesize"] == 3 && entry["folder"] == false && entry["extension"] == "txt")
        #expect(entry["filehash"] == .string(Digest.sha1([7, 7, 7]).hex))
        #expect(entry["filetype"] == "text/plain")
        let cases: [([String: JSON], Int64)] = [
            (["pagesize": 2001], 5), (["pagesize": -1], 400), (["pagenum": 1.5], 400), (["path": "/nothing"], 201),
            (["path": "nothing"], 200), (["path": .string("\(folder)/b.txt")], 203), (["path": ""], 400),
            (["ascorder": "yes"], 400), (["sorttype": 7], 400),
        ]
        for (more, code) in cases {
            let body = ["path": JSON.string(folder)].merging(more) { _, new in new }
            #expect(try await tenant.ask("/store/list", .object(body)).code == code, "\(more)")
        }
    }
}
