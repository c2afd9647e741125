import Foundation
import HawserCore
import Testing

@Suite("files up and down", .timeLimit(.minutes(10)))
struct TransferTests {
    @Test("a file goes up and down again, with its hash, size and time; usage counts it")
    func roundTrip() async throws {
        let dev = try await StoreDev.shared.value
        let tenant = try await dev.tenant()
        let folder = try dev.folder()
        let bytes = Crypto.randomBytes(3 << 20)
        try dev.write(bytes, to: "\(folder)/a b.bin")
        let answer = try await tenant.ask("/store/upload", ["filename": .string("\(folder)/a b.bin")])
        #expect(answer.code == 0 && answer.data == "success")
        let job = try await tenant.tenant.finished(answer.job)
        #expect(job["state"] == "succeeded" && job["kind"] == "file.import")
        let entry = try await tenant.entry("\(folder)/a b.bin")
        #expect(entry["filehash"] == .string(Digest.sha1(bytes).hex))
        #expect(entry["filesize"] == .int(Int64(bytes.count)))
        let usage = try await tenant.does("/usage/amount")
        #expect(usage["usageVolume"] == 3 && usage["usageUpNetflow"] == 3 && usage["usageDownNetflow"] == 0)
        #expect(usage["volume"] == .int(1024 * 1024) && usage["packageId"] == 1)
        let target = "\(folder)/again.bin"
        var body: [String: JSON] = [
            "filehash": try #require(entry["filehash"]), "filesize": try #require(entry["filesize"]),
            "filename": .string(target),
        ]
        #expect(try await tenant.does("/store/download", .object(body)) == "success")
        #expect(try dev.read(target) == bytes)
        #expect(try await tenant.does("/usage/amount")["usageDownNetflow"] == 3)
        let made = try FileManager.default.attributesOfItem(atPath: target)[.modificationDate] as? Date
        #expect(abs((made?.timeIntervalSince1970 ?? 0) - Double(entry["modtime"]?.int ?? -9)) < 2)
        // Counted from the root, the same file has another path in the tree.
        let short = String(folder.dropFirst(dev.root.count)) + "/a b.bin"
        #expect(try await tenant.does("/store/upload", ["filename": .string(short)]) == "success")
        #expect(try await tenant.entry(short)["filehash"] == entry["filehash"])
        let progress = try await tenant.does("/store/progress", ["files": []])
        #expect(progress.object?.count == 3 && progress["\(folder)/a b.bin"] == 1 && progress[target] == 1)
        body["filesize"] = 7
        #expect(try await tenant.ask("/store/download", .object(body)).code == 8)
        body["filehash"] = .string(Digest.sha1([1]).hex)
        #expect(try await tenant.ask("/store/download", .object(body)).code == 6)
        let other = try await dev.tenant()
        body["filehash"] = entry["filehash"]
        body["filesize"] = entry["filesize"]
        #expect(try await other.ask("/store/download", .object(body)).code == 6, "a hash is no key")
        // What is removed gives its room back, and cannot be had by its hash.
        for path in ["\(folder)/a b.bin", short] {
            let id = try #require(try await tenant.entry(path)["id"])
            try await tenant.does("/store/remove", ["target": id])
        }
        #expect(try await tenant.ask("/store/download", .object(body)).code == 6)
        #expect(try await tenant.does("/usage/amount")["usageVolume"] == 0)
    }

    @Test("same names: unchanged, refused, a new version, another name")
    func names() async throws {
        let dev = try await StoreDev.shared.value
        let tenant = try await dev.tenant()
        let folder = try dev.folder()
        let path = "\(folder)/n.txt"
        func upload(_ bytes: [UInt8], _ more: [String: JSON] = [:]) async throws -> Envelope {
            try dev.write(bytes, to: path)
            let body = ["filename": JSON.string(path)].merging(more) { _, new in new }
            return try await tenant.ask("/store/upload", .object(body), wait: 60)
        }
        #expect(try await upload([1]).code == 0)
        #expect(try await upload([1], ["interactive": true]).code == 0, "the same bytes")
        #expect(try await tenant.list(folder).count == 1)
        #expect(try await upload([1, 2], ["interactive": true]).code == 8, "seen before it is a job")
        let late = try await upload([2], ["interactive": true])
        #expect(late.code == 8 && !late.job.isEmpty, "seen when it is read")
        #expect(try await upload([2], ["interactive": true, "newversion": true]).code == 0)
        #expect(try await tenant.list(folder).count == 1)
        let old: JSON = [
            "filehash": .string(Digest.sha1([1]).hex), "filesize": 1, "filename": .string("\(folder)/old"),
        ]
        try await tenant.does("/store/download", old)
        #expect(try dev.read("\(folder)/old") == [1], "an older version is kept")
        #expect(try await upload([3]).code == 0)
        let listed = try await tenant.list(folder).map(\.name)
        #expect(listed.count == 2)
        #expect(listed.contains { $0.wholeMatch(of: /n_[0-9]{10}\.txt/) != nil }, "\(listed)")
        try await tenant.does("/store/folder/add", ["parent": .string(folder), "folders": ["d"]])
        try dev.write([1], to: "\(folder)/d")
        let clash = try await tenant.ask("/store/upload", ["filename": .string("\(folder)/d"), "interactive": true])
        #expect(clash.code == 12)
    }

    @Test("many uploads of one name at once: each is kept under a name of its own, and counted once")
    func concurrent() async throws {
        let dev = try await StoreDev.shared.value
        let tenant = try await dev.tenant()
        let folder = try dev.folder()
        // One path, whose bytes differ from upload to upload.
        let path = "\(folder)/same.bin"
        let jobs = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<12 {
                try dev.write(Crypto.randomBytes(1000), to: path)
                group.addTask { try await tenant.ask("/store/upload", ["filename": .string(path)]).job }
                try await Task.sleep(for: .milliseconds(20))
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for job in jobs { #expect(try await tenant.tenant.finished(job)["state"] == "succeeded") }
        let listed = try await tenant.list(folder)
        #expect(Set(listed.map(\.name)).count == listed.count && !listed.isEmpty && listed.count <= 12)
    }

    @Test("a directory goes up and down; files that cannot be moved are named, and the others are moved")
    func directories() async throws {
        let dev = try await StoreDev.shared.value
        let tenant = try await dev.tenant()
        let folder = try dev.folder()
        var files: [String: [UInt8]] = [:]
        for index in 0..<60 { files["\(folder)/d\(index % 7)/e\(index % 3)/f\(index).txt"] = Crypto.randomBytes(index) }
        for (path, bytes) in files { try dev.write(bytes, to: path) }
        try FileManager.default.createDirectory(atPath: "\(folder)/empty", withIntermediateDirectories: true)
        let up = try await tenant.ask("/store/uploaddir", ["parent": .string(folder)], wait: 60)
        #expect(up.code == 0, "\(up.message)")
        #expect(try await tenant.list(folder).map(\.name) == ["d0", "d1", "d2", "d3", "d4", "d5", "d6", "empty"])
        let progress = try await tenant.does("/store/progress", ["files": [.string(folder)]])
        #expect(progress == .object([folder: 1]))
        let one = try #require(files.keys.first)
        #expect(try await tenant.does("/store/progress", ["files": [.string(one), "/x"]]) == .object([one: 1]))
        // Again: all is there already.
        #expect(try await tenant.ask("/store/uploaddir", ["parent": .string(folder)], wait: 60).code == 0)
        #expect(try await tenant.list("\(folder)/d0/e0").count == files.keys.count { $0.contains("/d0/e0/") })
        try FileManager.default.removeItem(atPath: folder)
        let down = try await tenant.ask("/store/downloaddir", ["parent": .string(folder)], wait: 60)
        #expect(down.code == 0, "\(down.message)")
        for (path, bytes) in files { #expect(try dev.read(path) == bytes) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/empty").isEmpty)
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "/etc/passwd")
        try dev.write([9], to: "\(folder)/new.txt")
        let partly = try await tenant.ask("/store/uploaddir", ["parent": .string(folder)], wait: 60)
        #expect(partly.code == 1 && partly.message.contains("1 of 62 files") && partly.message.contains("link"))
        #expect(try await tenant.list(folder).map(\.name).contains("new.txt"))
        // By the route of single files, as the seed has it.
        try FileManager.default.removeItem(atPath: "\(folder)/d0")
        #expect(try await tenant.ask("/store/download", ["parent": .string(folder)], wait: 60).code == 0)
        #expect(FileManager.default.fileExists(atPath: "\(folder)/d0"))
        let gone = try await tenant.ask("/store/remove", ["target": .string(folder), "recursion": true])
        #expect(try await tenant.tenant.finished(gone.job)["state"] == "succeeded")
        #expect(try await tenant.does("/usage/amount")["usageVolume"] == 0)
        #expect(try await tenant.ask("/store/downloaddir", ["parent": .string(folder)]).code == 201)
    }

    @Test("paths that lead out, or nowhere, are refused on every route that takes one")
    func paths() async throws {
        let dev = try await StoreDev.shared.value
        let tenant = try await dev.tenant()
        let folder = try dev.folder()
        try dev.write([1], to: "\(folder)/f")
        try dev.write([1], to: "\(folder)/in/f")
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: "\(folder)/out", withDestinationPath: "/etc")
        try manager.createSymbolicLink(atPath: "\(folder)/passwd", withDestinationPath: "/etc/passwd")
        try manager.createSymbolicLink(atPath: "\(folder)/inner", withDestinationPath: "\(folder)/in")
        #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
        let long = String(repeating: "x/", count: 4000)
        let bad = [
            "/etc/passwd", "\(folder)/../../../../etc/passwd", "\(folder)/./f", "\(folder)/out/passwd",
            "\(folder)/passwd", "\(folder)/inner/f", "\(folder)/pipe", "\(folder)/f\u{0}.txt", "\(folder)/f\n",
            "\(folder)/%2e%2e/f", "\(folder)/..%2ff", "\(folder)/\u{ff0e}\u{ff0e}/f", "\(folder)\\f", "f", "~/f", "",
            "\(folder)/\(long)", "\(folder)/\(String(repeating: "y", count: 301))", "\(folder)/f/g",
            "file://\(folder)/f", "//etc/passwd", "/proc/self/environ", "\(dev.dev.data)/secrets/admin-key",
        ]
        for path in bad {
            for route in ["/store/upload", "/store/uploaddir"] {
                let name = route == "/store/upload" ? "filename" : "parent"
                let answer = try await tenant.ask(route, .object([name: .string(path)]), wait: 20)
                #expect(answer.code != 0, "\(route) \(path.prefix(80))")
                #expect(!answer.message.contains("root:"))
            }
            #expect(try await tenant.ask("/store/downloaddir", ["parent": .string(path)], wait: 20).code != 0)
        }
        #expect(try await tenant.ask("/store/upload", ["filename": .string(folder)]).code != 0, "no file")
        #expect(try await tenant.ask("/store/uploaddir", ["parent": .string("\(folder)/f")]).code != 0, "no directory")
        try await tenant.does("/store/upload", ["filename": .string("\(folder)/f")])
        // These are names like others for a file that is written.
        let usable = ["passwd", "pipe", "..%2ff"].map { "\(folder)/\($0)" } + ["\(folder)\\f"]
        let writable = bad.filter { !usable.contains($0) }
        for path in writable {
            let body: JSON = [
                "filehash": .string(Digest.sha1([1]).hex), "filesize": 1, "filename": .string(path),
            ]
            #expect(try await tenant.ask("/store/download", body, wait: 20).code != 0, "\(path.prefix(80))")
        }
        // A link in the way is replaced and not followed.
        let target: JSON = [
            "filehash": .string(Digest.sha1([1]).hex), "filesize": 1, "filename": .string("\(folder)/passwd"),
        ]
        let replaced = try await tenant.ask("/store/download", target, wait: 20)
        #expect(replaced.code != 0 || (try? dev.read("\(folder)/passwd")) == [1])
        #expect(try dev.read("/etc/passwd").count > 1)
        #expect(try manager.contentsOfDirectory(atPath: folder).allSatisfy { !$0.hasSuffix(".part") })
        for path in ["/", "/x"] {
            #expect(try await tenant.ask("/store/upload", ["filename": .string(path)]).code != 0)
        }
        for body: JSON in [[:], ["filename": 7], ["filename": nil], ["filename": "/f", "newversion": 1]] {
            #expect(try await tenant.ask("/store/upload", body).code == 400)
        }
        let hash = JSON.string(Digest.sha1([1]).hex)
        for body: JSON in [
            [:], ["filehash": hash, "filesize": 1], ["filehash": hash, "filename": "/f"],
            ["filehash": "zz", "filesize": 1, "filename": "/f"], ["filehash": hash, "filesize": -1, "filename": "/f"],
            ["filehash": hash, "filesize": "x", "filename": "/f"], ["filesize": 1, "filename": "/f"],
        ] {
            #expect(try await tenant.ask("/store/download", body).code == 400, "\(body.text)")
        }
        for body: JSON in [["files": 7], ["files": [7]], ["files": .array(Array(repeating: "/x", count: 10_001))]] {
            #expect(try await tenant.ask("/store/progress", body).code == 400)
        }
        #expect(try await tenant.does("/store/progress", ["files": ["../x", "/y\u{0}", "/nothing"]]) == [:])
    }
}
