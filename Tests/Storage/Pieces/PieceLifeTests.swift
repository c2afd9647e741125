import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

/// Who holds an upload, what happens to one that nobody goes on with, and how files are read by parts.
@Suite(.timeLimit(.minutes(3)))
struct PieceLifeTests {
    let soon = Timestamp.now.adding(seconds: 3600)

    @Test func oneClientAtATime() async throws {
        let pieces = try await TestPieces()
        let bytes = noise(1_200_000)
        let cut = try await pieces.cut("a", bytes, client: "one")
        #expect(try await pieces.code { _ = try await pieces.begin("a", bytes, client: "two") } == 10)
        #expect(try await pieces.code { _ = try await pieces.prepare(bytes, cut, client: "two") } == 10)
        _ = try await pieces.cut("a", bytes, client: "one")
        // Held no more, it is another's, with all that is there.
        let short = pieces.holding(seconds: -1)
        let new = try pieces.new("a", bytes)
        _ = try await short.begin(new, data: nil, client: "one", tenant: "t-1")
        let providers = try await pieces.prepare(bytes, cut, client: "two")
        #expect(try await pieces.code { _ = try await pieces.prepare(bytes, cut, client: "one") } == 10)
        for (cut, providers) in zip(cut, providers) {
            for (piece, provider) in zip(cut, providers) { try await pieces.put(piece, of: bytes, on: provider) }
        }
        let blocks = try zip(cut, providers).map { try pieces.blocks($0, $1.map(\.target)) }
        #expect(try await pieces.code { _ = try await pieces.finish("a", bytes, blocks, client: "one") } == 10)
        #expect(try await pieces.finish("a", bytes, blocks, client: "two") == "a")
    }

    @Test func twoAtOnceMakeOneFile() async throws {
        let pieces = try await TestPieces()
        let bytes = noise(2_200_000)
        // Two that call themselves the same: both ask, both bring all pieces, both are done at the same moment.
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<2 {
                group.addTask { try await pieces.bring("a", bytes) }
            }
            for try await name in group { #expect(name == "a") }
        }
        #expect(try await pieces.test.contentCount() == 1)
        #expect(try await pieces.usage() == Usage(volume: 2_200_000, objects: 1, up: 2_200_000))
        _ = try await pieces.test.collection.run(storedBefore: soon)
        #expect(try pieces.pieces() == [] && pieces.test.staged() == [])
        #expect(try pieces.test.stored().count == 1, "the staged content")
        #expect(try await pieces.test.read(pieces.object("/a")) == bytes)
    }

    @Test func itGoesOnWhenTheClientGoesAway() async throws {
        let pieces = try await TestPieces()
        let bytes = noise(9_000_000)
        let blocks = try await pieces.putAll(bytes, try await pieces.cut("a", bytes))
        let asking = Task { try await pieces.finish("a", bytes, blocks) }
        while try pieces.test.staged().isEmpty { await Task.yield() }
        asking.cancel()
        await #expect(throws: CancellationError.self) { try await asking.value }
        // Nobody asks again, and it comes.
        let end = ContinuousClock.now + .seconds(60)
        while try await pieces.files.tree.entry("a", in: FileTree.root, tenant: "t-1") == nil {
            try #require(ContinuousClock.now < end)
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(try await pieces.finish("a", bytes, blocks) == "a")
        #expect(try await pieces.test.contentCount() == 1)
        #expect(try await pieces.usage() == Usage(volume: 9_000_000, objects: 1, up: 9_000_000))
    }

    @Test func anUploadBecomesOneFile() async throws {
        let pieces = try await TestPieces()
        let bytes = noise(9_000_000)
        let blocks = try await pieces.putAll(bytes, try await pieces.cut("a", bytes))
        // Done under two names at the same moment: the second is to ask whether it exists.
        async let one = pieces.code { _ = try await pieces.finish("a", bytes, blocks) }
        async let other = pieces.code { _ = try await pieces.finish("b", bytes, blocks) }
        #expect(try await [one, other].sorted() == [0, 14])
        #expect(try await pieces.usage() == Usage(volume: 9_000_000, objects: 1, up: 9_000_000))
    }

    @Test func manyAtOnce() async throws {
        let pieces = try await TestPieces()
        let files = (0..<12).map { noise(1_100_000 + $0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, bytes) in files.enumerated() {
                group.addTask {
                    let cut = try await pieces.cut("f\(number)", bytes)
                    let blocks = try await pieces.putAll(bytes, cut)
                    #expect(try await pieces.finish("f\(number)", bytes, blocks) == "f\(number)")
                }
            }
            try await group.waitForAll()
        }
        for (number, bytes) in files.enumerated() {
            #expect(try await pieces.test.read(pieces.object("/f\(number)")) == bytes)
        }
        #expect(try pieces.pieces() == [])
    }

    @Test func whatNobodyGoesOnWithIsCollected() async throws {
        let pieces = try await TestPieces()
        let bytes = noise(1_200_000)
        let cut = try await pieces.cut("a", bytes)
        let blocks = try await pieces.putAll(bytes, cut)
        // A file that a process left that died before it noted its piece.
        let uploads = PieceUploadCollection(pieces.test.database)
        let upload = try #require(
            try await uploads.find(tenant: "t-1", sha1: Digest.sha1(bytes).hex, size: 1_200_000)
        )
        let left = pieces.test.files.file("t00/ab/\(upload.id).piece.abcd")
        try FileManager.default.createDirectory(
            atPath: pieces.test.files.file("t00/ab"),
            withIntermediateDirectories: true
        )
        try Data([1]).write(to: URL(filePath: left))
        #expect(try await pieces.test.collection.run(storedBefore: soon).files == 1, "it is held: only that one goes")
        #expect(try pieces.pieces().count == 12)
        // As if its time had passed.
        let short = pieces.holding(seconds: -1)
        _ = try await short.begin(try pieces.new("a", bytes), data: nil, client: "", tenant: "t-1")
        #expect(try await pieces.test.database.collection("pieces").count() == 12)
        let providers = try await pieces.store.prepare(
            try pieces.hashed(bytes),
            partitions: try cut.map { try $0.map { try pieces.hashed($0.bytes) } },
            client: "",
            tenant: "t-1"
        )
        #expect(try await pieces.test.collection.run(storedBefore: soon).files == 0, "it was taken up again in time")
        _ = try await short.begin(try pieces.new("a", bytes), data: nil, client: "", tenant: "t-1")
        #expect(try await pieces.test.collection.run(storedBefore: soon).files == 12)
        #expect(try pieces.test.stored() == [])
        for name in ["pieces", "piece_uploads"] {
            #expect(try await pieces.test.database.collection(name).count() == 0)
        }
        // What comes later is refused, and leaves nothing.
        #expect(try await pieces.code { try await pieces.put(cut[0][0], of: bytes, on: providers[0][0]) } == 5)
        #expect(try await pieces.code { _ = try await pieces.finish("a", bytes, blocks) } == 9)
        #expect(try pieces.test.stored() == [])
        #expect(
            try await pieces.finish("a", bytes, try await pieces.putAll(bytes, try await pieces.cut("a", bytes))) == "a"
        )
    }

    @Test func limits() async throws {
        let pieces = try await TestPieces()
        let bytes = noise(1_200_000)
        let new = try pieces.new("a", bytes)
        await #expect(throws: Allowance.Refusal.unverified) {
            try await pieces.store.begin(new, data: nil, client: "", tenant: "t-9")
        }
        let cut = try await pieces.cut("a", bytes)
        // The package has 1024 GiB; what is stored reaches it.
        let usage = UsageCollection(pieces.test.database)
        try await pieces.test.database.transaction("test") {
            try usage.add(Usage(volume: 1 << 40), to: "t-1", for: "x", in: $0)
        }
        await #expect(throws: Allowance.Refusal.volume) {
            try await pieces.store.begin(new, data: nil, client: "", tenant: "t-1")
        }
        await #expect(throws: Allowance.Refusal.volume) { try await pieces.prepare(bytes, cut) }
        try await pieces.test.database.transaction("test") {
            try usage.add(Usage(volume: -(1 << 40), up: 3072 << 30), to: "t-1", for: "x", in: $0)
        }
        await #expect(throws: Allowance.Refusal.upNetflow) {
            try await pieces.store.begin(new, data: nil, client: "", tenant: "t-1")
        }
    }

    @Test func filesAreReadByParts() async throws {
        let pieces = try await TestPieces()
        let bytes = noise(2_500_001)
        _ = try await pieces.finish("a", bytes, try await pieces.putAll(bytes, try await pieces.cut("a", bytes)))
        let file = try pieces.hashed(bytes)
        func parts() async throws -> [[PieceStore.Part]] {
            guard case .partitions(let partitions) = try await pieces.store.retrieve(file, tenant: "t-1") else {
                return []
            }
            return partitions
        }
        func read(_ part: PieceStore.Part, _ range: Range<Int64>? = nil) async throws -> [UInt8] {
            try await pieces.store.open(
                offset: part.offset,
                length: part.length,
                of: file,
                ticket: part.ticket,
                range: range ?? 0..<part.length
            ).reduce(into: []) { $0 += $1 }
        }
        let staged = try await parts()
        #expect(staged.map(\.count) == [1, 1, 1])
        _ = try await pieces.test.contents.encode(pieces.object("/a").content)
        let coded = try await parts()
        #expect(coded.map(\.count) == [4, 4, 4])
        // Tickets of before hold: a part is a range, wherever the bytes are.
        for list in [staged, coded] {
            var all: [UInt8] = []
            for part in list.joined() { all += try await read(part) }
            #expect(all == bytes)
        }
        let part = coded[1][2]
        #expect(try await read(part, 10..<20) == Array(bytes[(Int(part.offset) + 10)..<(Int(part.offset) + 20)]))
        #expect(try await pieces.usage().down == 2 * 2_500_001 + 10)
        let other = coded[0][0]
        await #expect(throws: PieceTickets.Fault.invalid) {
            try await pieces.store.open(
                offset: part.offset,
                length: part.length,
                of: file,
                ticket: other.ticket,
                range: 0..<1
            )
        }
        let (unknown, longer) = (try pieces.hashed([1]), try #require(HashedBytes(sha1: file.sha1, size: 7)))
        #expect(try await pieces.code { _ = try await pieces.store.retrieve(unknown, tenant: "t-1") } == 6)
        #expect(try await pieces.code { _ = try await pieces.store.retrieve(longer, tenant: "t-1") } == 8)
        try await pieces.register("t-2")
        #expect(try await pieces.code { _ = try await pieces.store.retrieve(file, tenant: "t-2") } == 6)
        let entry = try #require(try await pieces.files.tree.entry("a", in: FileTree.root, tenant: "t-1"))
        try await pieces.files.tree.discard(entry, recursion: false)
        #expect(try await pieces.code { _ = try await read(part) } == 6, "it was removed")
    }
}
