import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

/// Pieces that are not what they should be, come too late, go to the wrong place, or get lost.
@Suite(.timeLimit(.minutes(3)))
struct PieceFaultTests {
    let soon = Timestamp.now.adding(seconds: 3600)

    @Test func wrongBytesLeaveNothing() async throws {
        let pieces = try await TestPieces()
        let bytes = noise(1_200_000)
        let partitions = try await pieces.cut("a", bytes)
        let provider = try await pieces.prepare(bytes, partitions)[0][0]
        let piece = partitions[0][0]
        var flipped = piece.bytes
        flipped[flipped.count - 1] ^= 1
        let wrong: [[[UInt8]]] = [
            [flipped], [piece.bytes.dropLast()], [piece.bytes, [0]], [], [noise(5_000_000)],
            [Array(piece.bytes.dropFirst()), [9]],
        ]
        for chunks in wrong {
            #expect(
                try await pieces.code { try await pieces.put(piece, of: bytes, on: provider, sending: chunks) } == 3
            )
        }
        let ticket = try #require(provider.pieces.first?.ticket)
        await #expect(throws: Chunks.Broken.self) {
            try await pieces.store.store(
                try pieces.hashed(piece.bytes),
                of: try pieces.hashed(bytes),
                on: provider.target,
                ticket: ticket,
                body: Chunks([Array(piece.bytes.prefix(200_000))], breaks: true)
            )
        }
        #expect(try pieces.test.stored() == [])
        let parts = stride(from: 0, to: piece.bytes.count, by: 7001)
            .map { Array(piece.bytes[$0..<min($0 + 7001, piece.bytes.count)]) }
        #expect(try await pieces.put(piece, of: bytes, on: provider, sending: parts))
        #expect(try pieces.pieces().count == 1)
        // Where it is already it is not read twice; where its file is gone it is stored anew.
        #expect(try await pieces.put(piece, of: bytes, on: provider) == false)
        let file = pieces.test.files.file(try #require(try pieces.pieces().first))
        try FileManager.default.removeItem(atPath: file)
        #expect(try await pieces.put(piece, of: bytes, on: provider))
        #expect(try pieces.pieces().count == 1)
    }

    @Test func whatIsPreparedMustFit() async throws {
        let pieces = try await TestPieces()
        let bytes = noise(2_500_001)
        let cut = try await pieces.cut("a", bytes)
        func code(_ partitions: [[ClientCode.Piece]]) async throws -> Int {
            try await pieces.code { _ = try await pieces.prepare(bytes, partitions) }
        }
        #expect(try await code(cut) == 0)
        let wrong: [[[ClientCode.Piece]]] = [
            [], [[], [], []], [cut[0], cut[1]], cut + cut, [cut[0], cut[1], cut[2].dropLast()],
            cut.map { $0.dropLast() }, [cut[0], cut[1], cut[1]],
            cut.map { [.init($0[0].bytes + [1])] + $0.dropFirst() },
        ]
        for partitions in wrong { #expect(try await code(partitions) == 3) }
        // Lot by lot.
        func lot(_ partitions: [[ClientCode.Piece]], from first: Int) async throws -> [[PieceStore.Provider]] {
            try await pieces.store.prepare(
                try pieces.hashed(bytes),
                partitions: try partitions.map { try $0.map { try pieces.hashed($0.bytes) } },
                from: first,
                client: "",
                tenant: "t-1"
            )
        }
        let all = try await pieces.prepare(bytes, cut)
        let (head, tail) = (try await lot([cut[0]], from: 0), try await lot([cut[1], cut[2]], from: 1))
        #expect((head + tail).map { $0.map(\.target) } == all.map { $0.map(\.target) })
        for first in [3, 1 << 32] {
            #expect(try await pieces.code { _ = try await lot([cut[0]], from: first) } == 3)
        }
        #expect(try await pieces.code { _ = try await lot([cut[0], cut[1]], from: 2) } == 3, "too many")
        let other = noise(2_500_001)
        #expect(try await pieces.code { _ = try await pieces.prepare(other, cut) } == 9, "nobody asked for it")
        for target in ["t01", "t02"] { _ = try await pieces.test.targets.change(target, state: .down) }
        #expect(try await code(cut) == 3, "too few targets")
    }

    @Test func aTargetThatFailsIsReplacedByASpare() async throws {
        let pieces = try await TestPieces()
        let bytes = noise(1_500_000)
        let partitions = try await pieces.cut("a", bytes)
        let providers = try await pieces.prepare(bytes, partitions)
        let broken = providers[0][1].target
        // A file where its directory was: nothing can be written there.
        try FileManager.default.removeItem(atPath: pieces.test.files.file(broken))
        try Data().write(to: URL(filePath: pieces.test.files.file(broken)))
        var blocks: [[PieceStore.Block]] = []
        for (cut, providers) in zip(partitions, providers) {
            let spare = try #require(providers.last)
            var targets: [String] = []
            for (piece, provider) in zip(cut, providers) {
                if provider.target == broken {
                    await #expect(throws: StorageError.self) { try await pieces.put(piece, of: bytes, on: provider) }
                    try await pieces.put(piece, of: bytes, on: spare)
                    targets.append(spare.target)
                } else {
                    try await pieces.put(piece, of: bytes, on: provider)
                    targets.append(provider.target)
                }
            }
            blocks.append(try pieces.blocks(cut, targets))
        }
        #expect(try await pieces.finish("a", bytes, blocks) == "a")
        #expect(try await pieces.test.read(pieces.object("/a")) == bytes)
    }

    @Test func theListInTheEndMustFit() async throws {
        let pieces = try await TestPieces()
        let bytes = noise(1_500_000)
        let cut = try await pieces.cut("a", bytes)
        let blocks = try await pieces.putAll(bytes, cut)
        func code(_ blocks: [[PieceStore.Block]]) async throws -> Int {
            try await pieces.code { _ = try await pieces.finish("a", bytes, blocks) }
        }
        func changed(_ change: (PieceStore.Block) -> PieceStore.Block) -> [[PieceStore.Block]] {
            [[change(blocks[0][0])] + blocks[0].dropFirst(), blocks[1]]
        }
        let wrong: [([[PieceStore.Block]], Int)] = [
            ([], 25), ([[]], 26), ([[], []], 26), ([blocks[0], []], 27), ([blocks[0], blocks[1].dropLast()], 27),
            ([blocks[0], blocks[0]], 28), ([blocks[0]], 9), ([blocks[1], blocks[0]], 9),
            (blocks.map { $0.dropLast() }, 9),
            (changed { .init($0.piece, sequence: 1, isCheck: false, targets: $0.targets) }, 9),
            (changed { .init($0.piece, sequence: 0, isCheck: true, targets: $0.targets) }, 9),
            (changed { .init($0.piece, sequence: 0, isCheck: false, targets: []) }, 9),
            (changed { .init($0.piece, sequence: 0, isCheck: false, targets: ["t99"]) }, 9),
            (changed { .init($0.piece, sequence: 0, isCheck: false, targets: [blocks[0][1].targets[0]]) }, 9),
        ]
        for (blocks, number) in wrong { #expect(try await code(blocks) == number) }
        // The right pieces in another order make up another file.
        let turned = blocks.map { partition in
            let places = [1, 0, 2, 3, 4, 5]
            return zip(places, partition).map { place, block in
                PieceStore.Block(block.piece, sequence: place, isCheck: block.isCheck, targets: block.targets)
            }
        }
        #expect(try await code(turned) == 9)
        #expect(try pieces.test.staged() == [])
        #expect(try await pieces.finish("a", bytes, blocks.map { $0.reversed() }) == "a", "in any order")
    }

    @Test func checkPiecesAreOfTheirData() async throws {
        let pieces = try await TestPieces()
        let bytes = noise(1_100_003)
        var cut = try await pieces.cut("a", bytes)
        let right = cut
        cut[0][5] = .init(noise(cut[0][5].bytes.count))
        let wrong = try await pieces.putAll(bytes, cut)
        #expect(try await pieces.code { _ = try await pieces.finish("a", bytes, wrong) } == 9)
        // A data piece that ends in something else than zeros.
        cut = right
        let last = cut[1][3].bytes
        cut[1][3] = .init(last.dropLast() + [1])
        let padded = try await pieces.putAll(bytes, cut)
        #expect(try await pieces.code { _ = try await pieces.finish("a", bytes, padded) } == 9)
        #expect(try pieces.test.staged() == [])
        #expect(try await pieces.finish("a", bytes, try await pieces.putAll(bytes, right)) == "a")
        #expect(try pieces.pieces() == [], "those that were tried in vain, too")
    }

    @Test func lostPiecesAreToldAndStoredAnew() async throws {
        let pieces = try await TestPieces()
        let bytes = noise(1_500_000)
        let cut = try await pieces.cut("a", bytes)
        let blocks = try await pieces.putAll(bytes, cut)
        let providers = try await pieces.prepare(bytes, cut)
        func file(_ partition: Int, _ index: Int) async throws -> String {
            let uploads = PieceUploadCollection(pieces.test.database)
            let upload = try #require(
                try await uploads.find(tenant: "t-1", sha1: Digest.sha1(bytes).hex, size: 1_500_000)
            )
            let target = providers[partition][index].target
            let piece = try #require(
                try await uploads.piece(cut[partition][index].sha1, of: upload.id, on: target)
            )
            return pieces.test.files.file("\(target)/\(piece.path)")
        }
        // A flipped bit of a data piece, a check piece that is gone, one that was cut.
        let flipped = URL(filePath: try await file(0, 2))
        var damaged = try Data(contentsOf: flipped)
        damaged[1000] ^= 4
        try damaged.write(to: flipped)
        #expect(try await pieces.code { _ = try await pieces.finish("a", bytes, blocks) } == 9)
        #expect(try await pieces.put(cut[0][2], of: bytes, on: providers[0][2]), "it is not taken for there")
        try FileManager.default.removeItem(atPath: try await file(1, 5))
        #expect(try await pieces.code { _ = try await pieces.finish("a", bytes, blocks) } == 9)
        #expect(try await pieces.put(cut[1][5], of: bytes, on: providers[1][5]))
        let short = URL(filePath: try await file(1, 0))
        try Data(try Data(contentsOf: short).dropLast()).write(to: short)
        #expect(try await pieces.code { _ = try await pieces.finish("a", bytes, blocks) } == 9)
        #expect(try await pieces.put(cut[1][0], of: bytes, on: providers[1][0]))
        #expect(try await pieces.finish("a", bytes, blocks) == "a")
        #expect(try await pieces.test.read(pieces.object("/a")) == bytes)
        // What was damaged is named by nothing any more.
        _ = try await pieces.test.collection.run(storedBefore: soon)
        #expect(try pieces.pieces() == [])
    }
}
