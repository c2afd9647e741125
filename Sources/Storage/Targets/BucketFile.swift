/// An object of a bucket, read by requests for ranges of it.
struct BucketFile: TargetFile {
    let target: BucketTarget
    let name: String
    let size: Int64

    func read(at offset: Int64, count: Int) async throws -> [UInt8] {
        let end = min(size, offset + Int64(count))
        guard offset < end else { return [] }
        let bytes = try await target.read(name, offset..<end)
        guard Int64(bytes.count) == end - offset else {
            throw StorageError.damaged(object: name, reason: "target \(target.id) answers with \(bytes.count) bytes")
        }
        return bytes
    }

    /// None: it is not on this machine.
    func descriptor() throws -> Int32? { nil }
}
