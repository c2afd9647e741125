/// A file that an upload session granted and that was not reported as complete: under way, given up, or stored by a
/// process that died then.
public struct UnreportedFile: Sendable, Hashable {
    /// Its session.
    public let session: String
    /// The id of the object that it is to become.
    public let object: String
}

extension TransferSessionCollection {
    /// Files that were granted and are not complete.
    ///
    /// - Parameters:
    ///   - object: the look goes on behind this object's id; empty: from the beginning.
    ///   - limit: how many sessions to look at.
    /// - Returns: files in the order of their objects' ids; fewer than the limit when there are no more.
    /// - Throws: `MetadataUnavailable` or `MetadataError`.
    public func unreported(after object: String, limit: Int) async throws -> [UnreportedFile] {
        let found = try await sessions.find(
            ["pending": ["$gt": .string(object)]],
            limit: limit,
            projection: ["pending": 1]
        )
        let files = found.flatMap { document in
            let objects = document["pending"]?.array?.compactMap(\.string) ?? []
            return objects.map { UnreportedFile(session: document["_id"]?.string ?? "", object: $0) }
        }
        return files.filter { $0.object > object }.sorted { $0.object < $1.object }
    }
}
