import HawserMetadata

/// How the file of an upload is cut: into partitions as any content is, each of these into k data pieces of the same
/// length, the last of which end in zeros, and m check pieces as long.
struct PieceShape: Sendable {
    let file: HashedBytes
    let k: Int
    let m: Int
    /// The lengths of the partitions.
    let lengths: [Int64]

    init(_ upload: PieceUpload, partitionLimit: Int64) {
        file = HashedBytes(upload)
        k = upload.k
        // Copies of the one piece are no pieces of their own.
        m = k == 1 ? 0 : upload.m
        lengths = k == 1 ? [file.size] : LayoutPolicy.partitions(size: file.size, limit: partitionLimit)
    }

    /// How many pieces a partition has.
    var count: Int { k + m }

    /// The length of the pieces of a partition.
    func pieceSize(_ partition: Int) -> Int64 { (lengths[partition] + Int64(k) - 1) / Int64(k) }

    /// How many bytes of the file a data piece holds, without the zeros at its end.
    func dataLength(_ partition: Int, _ index: Int) -> Int64 {
        let size = pieceSize(partition)
        return max(0, min(size, lengths[partition] - Int64(index) * size))
    }

    /// Looks whether these can be the pieces of all partitions, or, when the first is named, of some from there on.
    ///
    /// - Throws: `FileStore.Refusal` 3.
    func check(_ partitions: [[HashedBytes]], from first: Int? = nil) throws {
        let start = first ?? 0
        guard first == nil ? partitions.count == lengths.count : partitions.count <= lengths.count - start else {
            throw FileStore.Refusal(3, "the file has \(lengths.count) partitions, not \(start + partitions.count)")
        }
        for (number, pieces) in zip(start..., partitions) {
            guard pieces.count == count else {
                throw FileStore.Refusal(3, "partition \(number) has \(count) pieces, not \(pieces.count)")
            }
            let size = pieceSize(number)
            guard pieces.allSatisfy({ $0.size == size }) else {
                throw FileStore.Refusal(3, "the pieces of partition \(number) have \(size) bytes each")
            }
        }
        guard k > 1 || partitions == [[file]] else {
            throw FileStore.Refusal(3, "the one piece of this file is the file itself")
        }
    }
}
