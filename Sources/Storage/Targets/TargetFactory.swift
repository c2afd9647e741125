import HawserCore
public import HawserMetadata

/// Makes what reaches a target from how it is configured.
public struct TargetFactory: Sendable {
    private let data: String
    private let pool = BlockingPool(name: "target-setup", threads: 2)

    /// A factory.
    ///
    /// - Parameter data: the directory that relative paths of targets begin at.
    public init(data: String) {
        self.data = data
    }

    /// What reaches a target; its directory is made when it is not there.
    ///
    /// - Throws: `StorageError`, `badTarget` for a kind of place this program cannot reach.
    public func make(_ record: TargetRecord) async throws -> any Target {
        switch record.place {
        case .directory(let path):
            let directory = path.hasPrefix("/") ? path : "\(data)/\(path)"
            return try await pool.run { try DirectoryTarget(id: record.id, directory: directory) }
        case .bucket:
            throw StorageError.badTarget(target: record.id, reason: "buckets cannot be used as targets yet")
        }
    }
}
