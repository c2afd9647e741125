import Foundation
import HawserCore
import HawserHTTP
import HawserMetadata
import HawserTestSupport
import Testing

@Suite("files that clients code by themselves", .timeLimit(.minutes(10)))
struct PieceTests {
    static let dev = Task { try await StoreDev(settings: ["HAWSER_TARGETS": "7"]) }

    private func client(_ bytes: [UInt8], package: Int64? = 1) async throws -> (PieceClient, StoreDev) {
        let dev = try await Self.dev.value
        return (PieceClient(try await dev.tenant(package: package), of: dev, bytes), dev)
    }

    @Test("the three steps, the file is durable as any other, and comes back by its parts")
    func wholeWay() async throws {
        let (client, dev) = try await client(Crypto.randomBytes(3_000_001))
        let answer = try await client.exists("a b.bin")
        #expect(answer.answer.status == 200 && answer.code == 1)
        let expected: JSON = [
            "done": false, "storetype": "ErasureCode", "datapiececount": 4, "verifypiececount": 2, "replicacount": 0,
            "partitioncount": 1, "provider": [],
        ]
        #expect(answer.data == expected)
        let partitions = try await client.cut("a b.bin")
        let prepared = try await client.prepare(partitions)
        #expect(prepared.code == 0 && prepared.data["partition"]?.array?.first?.array?.count == 7)
        let blocks = try await client.putAll(partitions, prepared)
        #expect(try await client.store.list("/").isEmpty)
        let done = try await client.done("a b.bin", blocks)
        #expect(done.code == 0 && done.data == ["filename": "a b.bin"])
        let entry = try await client.store.entry("/a b.bin")
        #expect(entry["filehash"] == client.file["filehash"] && entry["modtime"] == 1_700_000_000)
        #expect(try await client.retrieve() == client.bytes)
        #expect(try await client.retrieve() == client.bytes)
        let bytes = Int64(client.bytes.count)
        #expect(try await dev.usage(of: client.store) == Usage(volume: bytes, objects: 1, up: bytes, down: 2 * bytes))
        // Once more under another name: nothing has to be brought.
        let again = try await client.exists("b")
        #expect(again.code == 0 && again.data == ["done": true, "filename": "b"])
        #expect(try await dev.usage(of: client.store).up == bytes)
        let other = PieceClient(try await dev.tenant(), of: dev, client.bytes)
        #expect(try await other.exists("a").code == 1, "another tenant's bytes are none")
        #expect(try await other.store.ask("/store/object/retrieve", .object(other.file)).code == 6)
        #expect(try await client.done("c", blocks).code == 14)
    }

    @Test("tiny files come with the question, small ones in copies")
    func small() async throws {
        let (client, dev) = try await client(Crypto.randomBytes(8192))
        func data(_ bytes: [UInt8]) -> [String: JSON] { ["filedata": .string(Data(bytes).base64EncodedString())] }
        #expect(try await client.exists("a").code == 11)
        #expect(try await client.exists("a", data(client.bytes + [0])).code == 11)
        #expect(try await client.exists("a", data(Crypto.randomBytes(8192))).code == 11)
        #expect(try await client.exists("a", ["filedata": "?"]).code == 400)
        #expect(try await client.exists("a", data(client.bytes)).data == ["done": true, "filename": "a"])
        #expect(try await client.retrieve() == client.bytes)
        let empty = PieceClient(client.store, of: dev, [])
        #expect(try await empty.exists("empty").code == 0)
        #expect(try await empty.retrieve() == [])
        let copied = PieceClient(client.store, of: dev, Crypto.randomBytes(20_000))
        let answer = try await copied.exists("b")
        #expect(answer.code == 1 && answer.data["storetype"] == "MultiReplica" && answer.data["replicacount"] == 3)
        let providers = answer.data["provider"]?.array ?? []
        #expect(providers.count == 6)
        var nodes: [JSON] = []
        for provider in providers.prefix(3) {
            let offer = try #require(provider["hashauth"]?.array?.first)
            #expect(try await copied.put(copied.bytes, offer).code == 0)
            nodes.append(try #require(provider["node"]))
        }
        let block: JSON = .object([
            "hash": try #require(copied.file["filehash"]), "size": 20_000, "blockseq": 0, "storenode": .array(nodes),
        ])
        #expect(try await copied.done("b", [[block]]).code == 0)
        #expect(try await copied.retrieve() == copied.bytes)
    }

    @Test("a ticket is for one piece on one node, for a while")
    func tickets() async throws {
        let (client, dev) = try await client(Crypto.randomBytes(1_500_000))
        let partitions = try await client.cut("a")
        let providers = (try await client.prepare(partitions)).data["partition"]?.array?.first?.array ?? []
        let offers = try providers.map { try #require($0["hashauth"]?.array?.first) }
        let (piece, other) = (partitions[0][0].bytes, partitions[0][1].bytes)
        func refused(_ answer: Envelope, _ code: Int64, _ status: Int, _ why: String) {
            #expect(answer.code == code && answer.answer.status == status, "\(why): \(answer.answer)")
        }
        let auth = offers[0]["auth"]?.string ?? ""
        let flipped = String(auth.dropLast()) + (auth.hasSuffix("0") ? "1" : "0")
        refused(try await client.put(piece, offers[0], auth: flipped), 16, 401, "forged")
        refused(try await client.put(piece, offers[0], auth: ""), 16, 401, "none")
        refused(try await client.put(piece, offers[0], auth: "zz"), 16, 401, "no hexadecimal")
        refused(try await client.put(piece, offers[0], ticket: "x"), 16, 401, "another ticket")
        refused(try await client.put(piece, offers[0], timestamp: "1700000000"), 16, 401, "another time")
        refused(try await client.put(piece, offers[0], path: offers[1]["url"]?.string), 16, 401, "another piece")
        let url = offers[0]["url"]?.string ?? ""
        let node = providers[0]["node"]?.string ?? ""
        let hash = partitions[0][0].sha1
        let paths = [
            url.replacing("/pieces/\(node)/", with: "/pieces/\(providers[1]["node"]?.string ?? "")/"),
            url.replacing("/pieces/\(node)/", with: "/pieces/..%2F..%2Fstaged/"),
            url.replacing("/pieces/\(node)/", with: "/pieces/%2e%2e/"), url.replacing("/1500000/", with: "/1500001/"),
            url.replacing(hash, with: hash.uppercased() + "0"), url.replacing(hash, with: "..%2f..%2fetc%2fpasswd"),
            url.replacing(hash, with: String(repeating: "a", count: 10_000)), url + "1", url + "/..",
            url.replacing(hash, with: "%00"), url.replacing(hash, with: "%ff%fe"),
        ]
        for path in paths {
            // Of some that are no paths at all the body is not read.
            let answer = try? await client.anybody.send(
                "PUT",
                path,
                headers: PieceClient.headers(offers[0]),
                body: .bytes(piece)
            )
            guard let answer else { continue }
            // 405: a path that is one to read from when it is shortened.
            let isRefused = [400, 401, 404, 414].contains(answer.status) || answer.json["code"] == 405
            #expect(isRefused, "\(path.prefix(200)): \(answer)")
        }
        refused(try await client.put(other, offers[0]), 3, 400, "other bytes")
        refused(try await client.put(piece + [0], offers[0]), 3, 400, "more bytes")
        refused(try await client.put(Array(piece.dropLast()), offers[0]), 3, 400, "fewer bytes")
        // Without a length: too many are noticed while they come.
        let endless = Synced(0)
        let broken = try? await client.put(
            [],
            offers[0],
            body: .stream(length: 64 << 20) {
                endless.change { $0 += 1 }
                return [UInt8](repeating: 7, count: 65_536)
            }
        )
        #expect(broken == nil || broken?.code == 3)
        #expect(endless.value < 1024, "not all of it was read")
        // What others are writing goes, too; what was left behind would stay.
        while dev.dev.files(below: "targets").contains(where: { $0.hasSuffix(".half") }) {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(try await client.put(piece, offers[0]).data == ["success": true, "exists": false])
        #expect(try await client.put(piece, offers[0]).data == ["success": true, "exists": true])
        // A ticket to store is none to read.
        let read = "/store/object/pieces/\(client.file["filehash"]?.string ?? "")/1500000/0/375000"
        let answer = try await client.anybody.get(read, PieceClient.headers(offers[0]))
        #expect(answer.status == 401 && answer.json["code"] == 16)
        #expect(try await client.anybody.get(read).status == 401)
        #expect(try await client.store.tenant.client.get(read).status == 401, "a tenant's key is no ticket")
    }

    @Test("parts honour ranges, and outlive a lost node")
    func parts() async throws {
        let (client, dev) = try await client(Crypto.randomBytes(2_000_003))
        try await client.bring("a")
        // Its layout is the store's own by then.
        while !dev.dev.files(below: "staged").isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        let answer = try await client.store.ask("/store/object/retrieve", .object(client.file))
        let parts = answer.data["partition"]?.array?.first?.array ?? []
        #expect(parts.count == 4 && parts.compactMap { $0["size"]?.int }.reduce(0, +) == 2_000_003)
        let part = try #require(parts.last)
        let (start, size) = (Int(part["offset"]?.int ?? 0), Int(part["size"]?.int ?? 0))
        let url = part["url"]?.string ?? ""
        for (range, expected) in [
            ("bytes=0-0", 0..<1), ("bytes=100-299", 100..<300), ("bytes=-7", (size - 7)..<size),
            ("bytes=\(size - 1)-\(size + 9)", (size - 1)..<size),
        ] {
            let headers = PieceClient.headers(part).merging(["Range": range]) { $1 }
            let answer = try await client.anybody.get(url, headers)
            #expect(answer.status == 206)
            #expect(
                answer.headers["content-range"] == "bytes \(expected.lowerBound)-\(expected.upperBound - 1)/\(size)"
            )
            #expect(answer.body == Array(client.bytes[(start + expected.lowerBound)..<(start + expected.upperBound)]))
        }
        let beyond = PieceClient.headers(part).merging(["Range": "bytes=\(size)-"]) { $1 }
        let refused = try await client.anybody.get(url, beyond)
        #expect(refused.status == 416 && refused.json["code"] == 416)
        let shifted = url.replacing("/\(start)/", with: "/\(start - 1)/")
        #expect(try await client.anybody.get(shifted, PieceClient.headers(part)).status == 401)
        try await client.store.does("/store/remove", ["target": "/a"])
        let gone = try await client.anybody.get(url, PieceClient.headers(part))
        #expect(gone.status == 404 && gone.json["code"] == 6)
    }

    @Test("what is wrong with a request is told by its field")
    func fields() async throws {
        let (client, dev) = try await client(Crypto.randomBytes(50_000))
        let cases: [(String, [String: JSON], Int64, String)] = [
            ("exists", ["filehash": "abc"], 400, "filehash"), ("exists", ["filesize": -1], 400, "filesize"),
            ("exists", ["filesize": .int(.max)], 400, "filesize"), ("exists", ["filesize": .null], 400, "filesize"),
            ("exists", ["filename": ""], 400, "filename"), ("exists", ["filename": "a/b"], 13, "filename"),
            ("exists", ["filename": "../a"], 13, "filename"), ("exists", ["filename": ".."], 1, "name"),
            ("exists", ["filename": "a\u{0}"], 1, "control"), ("exists", ["parent": "a"], 200, "slash"),
            ("exists", ["parent": "/no"], 201, "path"), ("exists", ["parent": "/../etc"], 1, "name"),
            ("exists", ["interactive": 1], 400, "interactive"), ("exists", ["filemodtime": "x"], 400, "filemodtime"),
            ("exists", ["nodeid": .string(String(repeating: "n", count: 129))], 400, "nodeid"),
            ("prepare", ["partition": "x"], 400, "partition"), ("prepare", ["partition": [7]], 400, "partition[0]"),
            ("prepare", ["partition": [[7]]], 400, "partition[0][0]"), ("prepare", [:], 3, "partition"),
            ("prepare", ["partition": [[["hash": "x", "size": 1]]]], 400, "partition[0][0].hash"),
            ("done", [:], 25, "partition"), ("done", ["partition": [[["blockseq": 256]]]], 400, "blockseq"),
            ("done", ["partition": [[]]], 26, "block"), ("retrieve", ["filehash": ""], 400, "filehash"),
        ]
        for (route, more, code, word) in cases {
            let answer = try await client.store.ask("/store/object/\(route)", .object(client.entry("a", more)))
            #expect(answer.code == code && answer.message.contains(word), "\(route) \(more): \(answer.answer)")
            #expect(answer.answer.status == 200)
        }
        #expect(try await dev.dev.anybody.post("/store/object/exists", [:]).status == 401)
        let unpaid = PieceClient(try await dev.tenant(package: nil), of: dev, client.bytes)
        #expect(try await unpaid.exists("a").code == 401)
        let nobody = PieceClient(try await dev.tenant(isVerified: false), of: dev, client.bytes)
        #expect(try await nobody.exists("a").code == 400)
    }

    @Test("two clients of a tenant that name themselves do not bring one file at once; without names both may")
    func together() async throws {
        let (client, dev) = try await client(Crypto.randomBytes(1_300_000))
        _ = try await client.cut("a", ["nodeid": "one"])
        #expect(try await client.exists("a", ["nodeid": "two"]).code == 10)
        #expect(try await client.exists("a", ["nodeid": "one"]).code == 1)
        let other = PieceClient(client.store, of: dev, Crypto.randomBytes(1_300_000))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { try await other.bring("b") } }
            try await group.waitForAll()
        }
        #expect(try await dev.usage(of: client.store) == Usage(volume: 1_300_000, objects: 1, up: 1_300_000))
        #expect(try await other.retrieve() == other.bytes)
    }
}
