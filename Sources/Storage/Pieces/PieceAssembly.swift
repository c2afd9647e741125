import HawserCore
import HawserMetadata

/// A piece, and the target that has it.
struct PlacedPiece: Sendable {
    let piece: StoredPiece
    let target: any Target
}

/// Puts a file together from its pieces, and checks that they belong together.
///
/// The data pieces are read one after the other, each checked by its hash, and written to a staged file, whose hash must be
/// the file's. Then the check pieces are computed from that file: theirs are right when the hashes of the computed ones are
/// theirs. It takes constant memory.
struct PieceAssembly: Sendable {
    /// A piece that is not what was noted when it came.
    struct Lost: Error {
        let piece: StoredPiece
        let reason: String
    }

    private static let chunk = 1 << 18
    /// How much of each piece is coded at a time.
    private static let slice = 1 << 17
    /// How many targets are asked at the same time.
    private static let askedAtOnce = 16

    private let shape: PieceShape
    private let partitions: [[PieceStore.Block]]
    private let placed: [String: [PlacedPiece]]
    private let threads: CodingThreads

    init(
        _ shape: PieceShape,
        _ partitions: [[PieceStore.Block]],
        _ placed: [String: [PlacedPiece]],
        threads: CodingThreads
    ) {
        self.shape = shape
        self.partitions = partitions
        self.placed = placed
        self.threads = threads
    }

    static func missing(_ sha1: String, _ target: String) -> FileStore.Refusal {
        FileStore.Refusal(9, "piece \(sha1) is not on node \(target)")
    }

    /// Does all of it.
    ///
    /// - Parameters:
    ///   - staged: gets the file.
    ///   - goesOn: called after each partition.
    /// - Throws: `Lost`; `FileStore.Refusal` 9 when the pieces do not belong together; `StorageError`; what `goesOn` throws;
    ///   `CancellationError`.
    func run(into staged: StagedFile, goesOn: @Sendable () async throws -> Void) async throws {
        try await look()
        for (number, blocks) in partitions.enumerated() {
            for block in blocks.prefix(shape.k) {
                guard let place = placed[block.piece.sha1]?.first else { continue }
                try await copy(place, length: shape.dataLength(number, block.sequence), into: staged)
            }
            try await goesOn()
        }
        guard try await staged.finish().sha1 == shape.file.sha1 else {
            throw FileStore.Refusal(9, "the pieces do not make up a file of hash \(shape.file.sha1)")
        }
        guard shape.m > 0 else { return }
        let file = try await staged.finishedFile()
        var start: Int64 = 0
        for number in partitions.indices {
            try await verify(number, in: file, from: start)
            try await goesOn()
            start += shape.lengths[number]
        }
    }

    /// Looks whether every piece is where it was noted, by its length.
    private func look() async throws {
        let all = Dictionary(grouping: placed.values.joined(), by: \.piece.target).values
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Target by target: those of one that is slow wait for it, and nobody else does.
            for (index, places) in all.enumerated() {
                if index >= Self.askedAtOnce { try await group.next() }
                group.addTask {
                    for place in places where try await !PieceStore.isThere(place.piece, on: place.target) {
                        throw Lost(piece: place.piece, reason: "it is not there, or of another length")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func copy(_ place: PlacedPiece, length: Int64, into staged: StagedFile) async throws {
        let file = try await place.target.open(place.piece.path)
        let digest = SourceDigest(.sha1)
        var offset: Int64 = 0
        while offset < place.piece.size {
            try Task.checkCancellation()
            let bytes = try await file.read(at: offset, count: Self.chunk)
            guard !bytes.isEmpty else { throw Lost(piece: place.piece, reason: "it ends before its length") }
            async let hashed: Void = threads.compute.run { bytes.withUnsafeBytes { digest.update($0) } }
            let used = min(Int64(bytes.count), length - offset)
            if used > 0 { try await staged.write(used == bytes.count ? bytes : Array(bytes.prefix(Int(used)))) }
            guard bytes.dropFirst(Int(max(0, used))).allSatisfy({ $0 == 0 }) else {
                throw FileStore.Refusal(9, "piece \(place.piece.sha1) ends in something else than zeros")
            }
            try await hashed
            offset += Int64(bytes.count)
        }
        guard digest.finish() == place.piece.sha1 else {
            throw Lost(piece: place.piece, reason: "its bytes are not those that were stored")
        }
    }

    /// Computes the check pieces of a partition and compares their hashes.
    private func verify(_ number: Int, in file: OpenFile, from start: Int64) async throws {
        let (k, m, length, size) = (shape.k, shape.m, shape.lengths[number], shape.pieceSize(number))
        let recipe = try ErasureCode.shared(k: k, m: m, matrix: .vandermonde)
            .recipe(from: Array(0..<k), making: Array(k..<(k + m)))
        let digests = (0..<m).map { _ in SourceDigest(.sha1) }
        let block = MemoryBlock(count: (k + m) * Self.slice)
        for offset in stride(from: 0, to: size, by: Self.slice) {
            try Task.checkCancellation()
            let count = Int(min(Int64(Self.slice), size - offset))
            let parts = (0..<(k + m)).map { block.part($0 * Self.slice, count) }
            try await threads.files.run {
                for index in 0..<k {
                    // What is beyond the end of the partition are zeros.
                    let from = min(length, Int64(index) * size + offset)
                    let used = Int(min(Int64(count), length - from))
                    let piece = UnsafeMutableRawBufferPointer(rebasing: parts[index].bytes[..<used])
                    guard try file.read(at: start + from, into: [piece]) == used else {
                        throw StorageError.damaged(object: file.path, reason: "the staged file is too short")
                    }
                    for zero in used..<count { parts[index].bytes[zero] = 0 }
                }
            }
            try await threads.compute.run {
                var sources = parts[..<k].map(\.pointer)
                var results = parts[k...].map(\.pointer)
                recipe.run(length: count, from: &sources, into: &results)
                for index in 0..<m { digests[index].update(UnsafeRawBufferPointer(parts[k + index].bytes)) }
            }
        }
        for (index, digest) in digests.enumerated()
        where digest.finish() != partitions[number][k + index].piece.sha1 {
            throw FileStore.Refusal(9, "check piece \(k + index) of partition \(number) is not of these data pieces")
        }
    }
}

extension MemoryBlock {
    // Sendable: one thread at a time uses it, and it keeps the block.
    /// A part of a block that is filled and read by turns.
    struct Part: @unchecked Sendable {
        let bytes: UnsafeMutableRawBufferPointer
        private let block: MemoryBlock

        fileprivate init(_ block: MemoryBlock, _ start: Int, _ count: Int) {
            self.block = block
            bytes = UnsafeMutableRawBufferPointer(rebasing: block.bytes[start..<(start + count)])
        }

        /// Where it begins, for the coding.
        var pointer: UnsafeMutablePointer<UInt8>? { bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) }
    }

    fileprivate func part(_ start: Int, _ count: Int) -> Part { Part(self, start, count) }
}
