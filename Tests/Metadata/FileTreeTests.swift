import HawserCore
import HawserMetadata
import Testing

@Suite("the tree of files", .timeLimit(.minutes(1)))
struct FileTreeTests {
    private let tenant = "t-1"
    private let keep = FileTree.ClashRule(isInteractive: false, isNewVersion: false)
    private let ask = FileTree.ClashRule(isInteractive: true, isNewVersion: false)
    private let replace = FileTree.ClashRule(isInteractive: false, isNewVersion: true)

    private static func make() async throws -> (FileTree, UsageCollection) {
        let database = try await TestDatabase.make()
        let tree = FileTree(database)
        try await tree.prepare()
        return (tree, UsageCollection(database))
    }

    private func content(_ hash: String, _ size: Int64 = 1, object: String? = nil) -> TreeEntry.Content {
        TreeEntry.Content(object: object ?? UUIDv7.make(), sha1: hash, size: size, modified: .now)
    }

    private func place(
        _ content: TreeEntry.Content,
        _ name: String,
        in folder: String,
        _ tree: FileTree,
        rule: FileTree.ClashRule
    ) async throws -> FileTree.Placement {
        try await tree.place([.init(content: content, name: name)], in: folder, tenant: tenant, rule: rule)[0]
    }

    private func code<Value>(_ body: () async throws -> Value) async throws -> Int? {
        do {
            _ = try await body()
            return nil
        } catch let error as FileTreeError {
            return error.code
        }
    }

    @Test(
        "paths that are none are refused",
        arguments: [
            ("a/b", 200), ("", 200), ("/a/../b", 1), ("/./a", 1), ("/a\u{0}", 1), ("/a\nb", 1),
            ("/" + String(repeating: "x", count: 301), 1), ("/" + String(repeating: "x/", count: 3000), 1),
        ]
    )
    func badPaths(path: String, code: Int) throws {
        let error = #expect(throws: FileTreeError.self) { try TreePath(path) }
        #expect(error?.code == code)
    }

    @Test("paths are read to their names")
    func paths() throws {
        #expect(try TreePath("/").names == [])
        #expect(try TreePath("//a///ü%2e/").names == ["a", "ü%2e"])
        #expect(try TreePath("/a/b").parent?.description == "/a")
        #expect(try TreePath("/" + String(repeating: "ü", count: 300)).names.count == 1)
    }

    @Test("folders: made, kept, refused")
    func folders() async throws {
        let (tree, _) = try await Self.make()
        try await tree.addFolders(["a", "b", "a"], in: FileTree.root, tenant: tenant, isInteractive: true)
        let a = try await tree.folder(at: TreePath("/a"), tenant: tenant)
        _ = try await place(content("1"), "f", in: FileTree.root, tree, rule: keep)
        func add(_ names: [String], _ isInteractive: Bool) async throws -> Int? {
            try await code {
                try await tree.addFolders(names, in: FileTree.root, tenant: tenant, isInteractive: isInteractive)
            }
        }
        #expect(try await add(["a", "c"], true) == 8)
        #expect(try await add(["f"], true) == 9)
        #expect(try await add(["f", "a"], true) == 10)
        #expect(try await add(["f"], false) == 9)
        #expect(try await tree.entry("c", in: FileTree.root, tenant: tenant) == nil, "all or none")
        #expect(try await add(["a", "c"], false) == nil)
        #expect(try await tree.folder(at: TreePath("/a"), tenant: tenant) == a, "it is the same folder")
        #expect(try await code { try await tree.folder(at: TreePath("/a/x"), tenant: tenant) } == 201)
        #expect(try await code { try await tree.folder(at: TreePath("/f"), tenant: tenant) } == 203)
        #expect(try await code { try await tree.folder(at: TreePath("/f/g"), tenant: tenant) } == 201)
        #expect(try await code { try await tree.folder(at: TreePath("/a"), tenant: "t-2") } == 201)
        #expect(try await code { try await tree.ensureFolder(at: TreePath("/f/g"), tenant: tenant) } == 203)
        let deep = try await tree.ensureFolder(at: TreePath("/a/b/c"), tenant: tenant)
        #expect(try await tree.folder(at: TreePath("/a/b/c"), tenant: tenant) == deep)
    }

    @Test("a name that is taken: the same bytes, a new version, another name, a refusal")
    func clashes() async throws {
        let (tree, usage) = try await Self.make()
        func place(_ content: TreeEntry.Content, _ name: String, _ rule: FileTree.ClashRule) async throws
            -> FileTree.Placement
        {
            try await self.place(content, name, in: FileTree.root, tree, rule: rule)
        }
        let first = content("1", 10)
        #expect(try await place(first, "a.b.txt", ask) == .created(name: "a.b.txt"))
        for rule in [keep, ask, replace] { #expect(try await place(content("1", 10), "a.b.txt", rule) == .unchanged) }
        guard case .refused(let error) = try await place(content("2"), "a.b.txt", ask) else {
            Issue.record("not refused")
            return
        }
        #expect(error.code == 8)
        #expect(try await place(content("2", 7), "a.b.txt", replace) == .version)
        let entry = try #require(try await tree.entry("a.b.txt", in: FileTree.root, tenant: tenant))
        #expect(entry.content?.sha1 == "2")
        #expect(entry.versions.map(\.object) == [first.object])
        var names: Set<String> = ["a.b.txt"]
        for hash in ["3", "4", "5"] {
            guard case .created(let name) = try await place(content(hash), "a.b.txt", keep) else {
                Issue.record("not created")
                return
            }
            #expect(name.wholeMatch(of: /a\.b_[0-9]{10}(_[0-9])?\.txt/) != nil, "\(name)")
            #expect(names.insert(name).inserted)
        }
        try await tree.addFolders(["d"], in: FileTree.root, tenant: tenant, isInteractive: true)
        guard case .refused(let other) = try await place(content("2"), "d", ask) else {
            Issue.record("not refused")
            return
        }
        #expect(other.code == 12)
        guard case .created(let renamed) = try await place(content("2"), "d", keep) else {
            Issue.record("not created")
            return
        }
        #expect(renamed.hasPrefix("d_"))
        #expect(try await usage.of(tenant).up == 10 + 7 + 3 + 1, "moved once each, and not when refused or the same")
        #expect(Set(try await tree.content(sha1: "1", tenant: tenant).map(\.object)) == [first.object])
        #expect(try await tree.content(sha1: "1", tenant: "t-2").isEmpty)
    }

    @Test("of many uploads of one name at once each is kept once, under a name of its own")
    func concurrentNames() async throws {
        let (tree, usage) = try await Self.make()
        try await tree.addFolders(["d"], in: FileTree.root, tenant: tenant, isInteractive: true)
        let folder = try await tree.folder(at: TreePath("/d"), tenant: tenant)
        let placements = try await withThrowingTaskGroup(of: FileTree.Placement.self) { group in
            for number in 0..<24 {
                group.addTask {
                    try await place(content("\(number % 12)"), "n", in: folder, tree, rule: ask)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(placements.count(where: \.holdsObject) == 1)
        #expect(placements.count { $0 == .unchanged } == 1)
        let renamed = try await withThrowingTaskGroup(of: FileTree.Placement.self) { group in
            for number in 0..<24 {
                group.addTask {
                    try await place(content("r\(number)"), "n", in: folder, tree, rule: keep)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(renamed.count(where: \.holdsObject) == 24)
        let listed = try await tree.list(folder, tenant: tenant, size: 100)
        #expect(Set(listed.map(\.name)).count == 25)
        let versions = try await withThrowingTaskGroup(of: FileTree.Placement.self) { group in
            for number in 0..<24 {
                group.addTask {
                    try await place(content("v\(number)"), "n", in: folder, tree, rule: replace)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(versions.allSatisfy { $0 == .version })
        let entry = try #require(try await tree.entry("n", in: folder, tenant: tenant))
        #expect(Set(entry.objects).count == 25, "no version is lost")
        #expect(try await usage.of(tenant).up == 49)
    }

    @Test("a folder that is taken away while files come into it: none of them is accepted and then unreachable")
    func removalMeetsPlacing() async throws {
        let (tree, _) = try await Self.make()
        for round in 0..<10 {
            let name = "d\(round)"
            try await tree.addFolders([name], in: FileTree.root, tenant: tenant, isInteractive: true)
            let entry = try #require(try await tree.entry(name, in: FileTree.root, tenant: tenant))
            async let placed = code {
                try await place(content("1"), "f", in: entry.id, tree, rule: ask)
            }
            async let removed = code { try await tree.discard(entry, recursion: false) }
            let (first, second) = (try await placed, try await removed)
            #expect((first == nil && second == 7) || (first == 201 && second == nil), "\(first ?? 0) \(second ?? 0)")
        }
    }

    @Test("several files are placed together, each as if it came after the one before, all or none")
    func together() async throws {
        let (tree, usage) = try await Self.make()
        func place(_ files: [(String, String)], _ also: FileTree.PlacementRequest.Also? = nil) async throws
            -> [FileTree.Placement]
        {
            let requests = files.map { name, hash in
                FileTree.PlacementRequest(content: content(hash, 5), name: name, also: also ?? { _, _ in })
            }
            return try await tree.place(requests, in: FileTree.root, tenant: tenant, rule: ask)
        }
        let placed = try await place([("a", "1"), ("b", "1"), ("a", "1"), ("a", "2")])
        #expect(placed.prefix(3) == [.created(name: "a"), .created(name: "b"), .unchanged])
        guard case .refused(let error) = placed[3] else {
            Issue.record("not refused")
            return
        }
        #expect(error.code == 8)
        #expect(try await usage.of(tenant).up == 10)
        await #expect(throws: FileTreeError.self) {
            try await place([("c", "1"), ("d", "1")]) { _, placement in
                if placement == .created(name: "d") { throw FileTreeError(1, "no") }
            }
        }
        #expect(try await tree.list(FileTree.root, tenant: tenant, size: 10).map(\.name) == ["a", "b"])
        #expect(try await usage.of(tenant).up == 10)
    }

    @Test("pages: folders first, sorted, of at most 2000")
    func pages() async throws {
        let (tree, _) = try await Self.make()
        for (name, size) in [("c", 1), ("a", 3), ("b", 2)] {
            _ = try await place(content(name, Int64(size)), name, in: FileTree.root, tree, rule: ask)
        }
        try await tree.addFolders(["y", "z"], in: FileTree.root, tenant: tenant, isInteractive: true)
        func names(_ sorting: FileTree.Sorting, _ isAscending: Bool, _ page: Int = 1, _ size: Int = 10) async throws
            -> [String]
        {
            try await tree.list(
                FileTree.root,
                tenant: tenant,
                page: page,
                size: size,
                sorting: sorting,
                isAscending: isAscending
            ).map(\.name)
        }
        #expect(try await names(.name, true) == ["y", "z", "a", "b", "c"])
        #expect(try await names(.name, false) == ["z", "y", "c", "b", "a"])
        #expect(try await names(.size, true) == ["y", "z", "c", "b", "a"])
        #expect(try await names(.size, false) == ["y", "z", "a", "b", "c"])
        #expect(try await names(.modtime, true).suffix(3) == ["c", "a", "b"])
        #expect(try await names(.name, true, 2, 2) == ["a", "b"])
        #expect(try await names(.name, true, 3, 2) == ["c"])
        #expect(try await names(.name, true, 9, 2) == [])
        #expect(try await names(.name, true, .max, 2000) == [])
        #expect(try await code { try await names(.name, true, 1, 2001) } == 5)
    }

    @Test("what is removed is out of sight at once and in the trash until it is forgotten")
    func removal() async throws {
        let (tree, _) = try await Self.make()
        let inner = try await tree.ensureFolder(at: TreePath("/a/b"), tenant: tenant)
        _ = try await place(content("1"), "f", in: inner, tree, rule: ask)
        let a = try #require(try await tree.entry(at: TreePath("/a"), tenant: tenant))
        #expect(try await code { try await tree.discard(a, recursion: false) } == 7)
        try await tree.discard(a, recursion: true)
        #expect(try await code { try await tree.discard(a, recursion: true) } == 6)
        #expect(try await code { try await tree.entry(at: TreePath("/a/b/f"), tenant: tenant) } == 201)
        #expect(try await tree.content(sha1: "1", tenant: tenant).isEmpty)
        #expect(try await tree.trash(of: a.id, tenant: tenant, limit: 10).map(\.id) == [a.id])
        #expect(try await tree.unfinishedRemovals(before: .now.adding(seconds: 1), limit: 10).map(\.id) == [a.id])
        #expect(try await tree.unfinishedRemovals(before: .now.adding(seconds: -9), limit: 10).isEmpty)
        // A folder within it takes files until it is in the trash itself.
        let b = try #require(try await tree.children(of: a.id, tenant: tenant, limit: 10).first)
        try await tree.discard(folder: b, of: a.id)
        #expect(
            try await code { try await place(content("2"), "g", in: b.id, tree, rule: ask) } == 201
        )
        #expect(try await tree.children(of: b.id, tenant: tenant, limit: 10).map(\.name) == ["f"])
        // The names are free again.
        _ = try await tree.ensureFolder(at: TreePath("/a/b"), tenant: tenant)
        for entry in try await tree.trash(of: a.id, tenant: tenant, limit: 10) { try await tree.forget(entry) }
        #expect(try await tree.unfinishedRemovals(before: .now.adding(seconds: 1), limit: 10).isEmpty)
    }
}
