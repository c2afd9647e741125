import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

/// Files that come in pieces, from the first question to the file in the tree.
@Suite(.timeLimit(.minutes(3)))
struct PieceUploadTests {
    let soon = Timestamp.now.adding(seconds: 3600)

    @Test func theWholeWay() async throws {
        let pieces = try await TestPieces()
        let bytes = noise(2_500_001)
        let beginning = try await pieces.store.begin(
            try pieces.new("a.bin", bytes),
            data: nil,
            client: "",
            tenant: pieces.tenant
        )
        guard case .wanted(let upload, let count, let copies) = beginning else { throw CancellationError() }
        #expect(upload.k == 4 && upload.m == 2 && count == 3 && copies.isEmpty)
        let partitions = try await pieces.cut("a.bin", bytes)
        let providers = try await pieces.prepare(bytes, partitions)
        #expect(providers.count == 3)
        for (providers, wanted) in zip(providers, partitions) {
            let usual = providers.filter { !$0.isSpare }
            #expect(usual.flatMap { $0.pieces.map(\.piece.sha1) } == wanted.map(\.sha1), "one piece each, in order")
            let spares = providers.filter(\.isSpare)
            #expect(spares.count == 1 && Set(spares[0].pieces.map(\.piece.sha1)) == Set(wanted.map(\.sha1)))
            #expect(Set(providers.map(\.target)).count == 7)
        }
        let blocks = try await pieces.putAll(bytes, partitions)
        #expect(try pieces.pieces().count == 18)
        #expect(try await pieces.files.tree.entry("a.bin", in: FileTree.root, tenant: pieces.tenant) == nil)
        #expect(try await pieces.finish("a.bin", bytes, blocks) == "a.bin")
        #expect(try pieces.pieces() == [])
        let object = try await pieces.object("/a.bin")
        #expect(object.sha1 == Digest.sha1(bytes).hex && object.sha256 == Digest.sha256(bytes).hex)
        #expect(object.etag == Digest.md5(bytes).hex)
        let content = try await pieces.test.content(object)
        #expect(content.state == .staged && pieces.test.errands.submitted.value[content.job ?? ""] != nil)
        #expect(try await pieces.test.read(object) == bytes)
        _ = try await pieces.test.contents.encode(content.id)
        #expect(try await pieces.test.read(object) == bytes)
        #expect(try await pieces.usage() == Usage(volume: 2_500_001, objects: 1, up: 2_500_001))
        #expect(try await pieces.test.collection.run(storedBefore: soon).files == 0)
        // An answer that got lost: asked again, it is done.
        #expect(try await pieces.finish("a.bin", bytes, blocks) == "a.bin")
        #expect(try await pieces.code { _ = try await pieces.finish("b.bin", bytes, blocks) } == 14)
    }

    @Test func knownBytesNeedNotCome() async throws {
        let pieces = try await TestPieces()
        let bytes = noise(1_100_000)
        _ = try await pieces.finish("a", bytes, try await pieces.putAll(bytes, try await pieces.cut("a", bytes)))
        func begin(_ new: PieceStore.NewFile, _ tenant: String = "t-1") async throws -> String? {
            guard case .done(let name) = try await pieces.store.begin(new, data: nil, client: "", tenant: tenant)
            else { return nil }
            return name
        }
        #expect(try await begin(try pieces.new("a", bytes)) == "a", "it is there")
        #expect(try await pieces.usage().objects == 1)
        #expect(try await begin(try pieces.new("b", bytes)) == "b")
        #expect(try await pieces.usage() == Usage(volume: 2_200_000, objects: 2, up: 1_100_000))
        #expect(try await pieces.test.contentCount() == 1, "two objects, one content")
        #expect(try await pieces.object("/a").content == pieces.object("/b").content)
        #expect(try await pieces.test.content(pieces.object("/a")).references == 2)
        // Another tenant has to bring them: a hash is no key.
        try await pieces.register("t-2")
        #expect(try await begin(try pieces.new("a", bytes), "t-2") == nil)
        // What is degraded is stored once more.
        _ = try await pieces.test.contents.encode(pieces.object("/a").content)
        await pieces.test.contents.degrade(try await pieces.object("/a").content, because: "test")
        #expect(try await begin(try pieces.new("c", bytes)) == nil)
        _ = try await pieces.finish("c", bytes, try await pieces.putAll(bytes, try await pieces.cut("c", bytes)))
        #expect(try await pieces.object("/c").content != pieces.object("/a").content)
        #expect(try await pieces.test.read(pieces.object("/c")) == bytes)
    }

    @Test func withTwoTargetsAFileIsOnePieceHoweverLong() async throws {
        let pieces = try await TestPieces(targets: 2)
        let bytes = noise(2_500_000)
        let cut = try await pieces.cut("a", bytes)
        #expect(cut.count == 1 && cut[0].count == 1)
        #expect(try await pieces.prepare(bytes, cut)[0].map(\.isSpare) == [false, false])
        #expect(try await pieces.finish("a", bytes, try await pieces.putAll(bytes, cut)) == "a")
        #expect(try await pieces.test.read(pieces.object("/a")) == bytes)
        for target in ["t00", "t01"] { _ = try await pieces.test.targets.change(target, state: .draining) }
        #expect(try await pieces.code { _ = try await pieces.begin("b", noise(9000)) } == 3)
    }

    @Test func names() async throws {
        let pieces = try await TestPieces()
        let (one, other) = (noise(9000), noise(9001))
        try await pieces.files.tree.addFolders(["dir"], in: FileTree.root, tenant: "t-1", isInteractive: true)
        for (name, bytes) in [("a", one), ("x", other)] {
            let cut = try await pieces.cut(name, bytes)
            #expect(try await pieces.finish(name, bytes, try await pieces.putAll(bytes, cut)) == name)
        }
        func begin(_ new: PieceStore.NewFile) async throws -> String? {
            let beginning = try await pieces.store.begin(new, data: nil, client: "", tenant: "t-1")
            if case .done(let name) = beginning { return name }
            return nil
        }
        let cases: [(PieceStore.NewFile, Int)] = [
            (try pieces.new("a", other), 8), (try pieces.new("dir", one), 12), (try pieces.new("d/a", one), 13),
            (try pieces.new("..", one), 1), (try pieces.new("a\u{0}", one), 1), (try pieces.new("", one), 1),
            (try pieces.new(String(repeating: "ä", count: 301), one), 1), (try pieces.new("a", one, in: "/no"), 201),
            (try pieces.new("a", one, in: "/a"), 203),
        ]
        for (new, code) in cases {
            #expect(try await pieces.code { _ = try await begin(new) } == code)
            #expect(
                try await pieces.code {
                    _ = try await pieces.store.finish(
                        new,
                        partitions: [[.init(new.file, sequence: 0, isCheck: false, targets: ["t00"])]],
                        client: "",
                        tenant: "t-1"
                    )
                } == code
            )
        }
        let renamed = try await begin(try pieces.new("a", other, isInteractive: false))
        #expect(renamed?.hasPrefix("a_") == true)
        #expect(try await begin(try pieces.new("a", other, isNewVersion: true)) == "a")
        #expect(try await pieces.object("/a").sha1 == Digest.sha1(other).hex)
        #expect(try await pieces.files.tree.entry(at: TreePath("/a"), tenant: "t-1")?.versions.count == 1)
    }

    @Test(arguments: [0, 1, 8191, 8192])
    func tinyFilesComeWithTheQuestion(size: Int) async throws {
        let pieces = try await TestPieces()
        let bytes = noise(size)
        func begin(_ data: [UInt8]?, _ name: String = "a") async throws -> PieceStore.Beginning {
            try await pieces.store.begin(try pieces.new(name, bytes), data: data, client: "", tenant: "t-1")
        }
        for wrong in [bytes + [1], noise(size + 1), size == 0 ? [1] : noise(size), size == 0 ? [2] : nil] {
            #expect(try await pieces.code { _ = try await begin(wrong) } == 11)
        }
        #expect(try pieces.test.staged() == [])
        guard case .done("a") = try await begin(bytes) else { throw CancellationError() }
        #expect(try await pieces.test.read(pieces.object("/a")) == bytes)
        #expect(try await pieces.usage() == Usage(volume: Int64(size), objects: 1, up: Int64(size)))
        guard case .done("b") = try await begin(nil, "b") else { throw CancellationError() }
        #expect(try await pieces.usage().up == Int64(size))
        for path in ["/a", "/b"] { try await pieces.test.store.remove(pieces.object(path).id, tenant: "t-1") }
        #expect(try await pieces.test.contentCount() == 0)
    }

    @Test func copiesOfTheOnePiece() async throws {
        let pieces = try await TestPieces()
        let bytes = noise(50_000)
        let beginning = try await pieces.store.begin(
            try pieces.new("a", bytes),
            data: nil,
            client: "",
            tenant: "t-1"
        )
        guard case .wanted(let upload, 1, let copies) = beginning else { throw CancellationError() }
        #expect(upload.k == 1 && upload.m == 2)
        #expect(copies.count { !$0.isSpare } == 3 && copies.count(where: \.isSpare) == 3)
        #expect(copies.allSatisfy { $0.pieces.map(\.piece) == [upload].map(HashedBytes.init) })
        let piece = ClientCode.Piece(bytes)
        // As in the original of later days, with a second step that names the one piece.
        let prepared = try await pieces.prepare(bytes, [[piece]])
        #expect(prepared[0].map(\.target) == copies.map(\.target))
        #expect(try await pieces.code { _ = try await pieces.prepare(bytes, [[.init(noise(50_000))]]) } == 3)
        for provider in copies.prefix(2) { #expect(try await pieces.put(piece, of: bytes, on: provider)) }
        #expect(try await pieces.put(piece, of: bytes, on: copies[0]) == false, "it is there already")
        func blocks(_ count: Int) throws -> [[PieceStore.Block]] {
            let targets = copies.prefix(count).map(\.target)
            return [[.init(try pieces.hashed(bytes), sequence: 0, isCheck: false, targets: targets)]]
        }
        #expect(try await pieces.code { _ = try await pieces.finish("a", bytes, try blocks(3)) } == 9)
        #expect(try await pieces.finish("a", bytes, try blocks(2)) == "a")
        #expect(try await pieces.test.read(pieces.object("/a")) == bytes)
        #expect(try pieces.pieces() == [])
    }

    @Test func theSparesLayoutIsTheOriginals() {
        #expect(PieceStore.offered(pieces: 6, spares: 0) == [])
        #expect(PieceStore.offered(pieces: 6, spares: 1) == [[0, 1, 2, 3, 4, 5]])
        #expect(PieceStore.offered(pieces: 6, spares: 2) == [[0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5]])
        #expect(PieceStore.offered(pieces: 12, spares: 10)[0] == [0, 1, 2])
        #expect(PieceStore.offered(pieces: 12, spares: 10)[4] == [0, 1, 2])
        for pieces in 1...40 {
            for spares in 1...10 {
                let offered = PieceStore.offered(pieces: pieces, spares: spares)
                #expect(offered.count == spares)
                #expect(offered.allSatisfy { Set($0).count == $0.count }, "a spare has a piece once")
                let counts = Dictionary(grouping: offered.joined()) { $0 }.mapValues(\.count)
                #expect(counts.count == pieces && (pieces == 1 || counts.values.allSatisfy { $0 == min(2, spares) }))
            }
        }
    }
}
