import HawserCore
import HawserMetadata
import HawserStorage

/// Finds files that were stored by a process that died before it reported them to their session, and reports them.
struct Adoption: Sendable {
    private static let batch = 1000
    /// How old an object is before whoever stored it has reported it or died, in seconds.
    ///
    /// Reporting twice does no harm.
    private static let age = 15.0

    let backend: Backend
    private let log = Log("uploads")
    /// Where the next look begins: the files under way may be more than one look takes.
    private var place = ""

    init(backend: Backend) {
        self.backend = backend
    }

    /// Reports what it finds.
    ///
    /// - Returns: the sessions that are complete by that.
    mutating func look() async throws -> [TransferSession] {
        let files = try await backend.sessions.unreported(after: place, limit: Self.batch)
        place = files.count < Self.batch ? "" : files.last?.object ?? ""
        let moment = Timestamp.now.adding(seconds: -Self.age)
        let sessions = Dictionary(files.map { ($0.object, $0.session) }) { first, _ in first }
        var complete: [TransferSession] = []
        for object in try await backend.objects.find(files.map(\.object)) where object.created < moment {
            guard let session = sessions[object.id] else { continue }
            switch try await backend.sessions.completeFile(id: session, record: object.fileRecord) {
            case .more: break
            case .last(let session): complete.append(session)
            case .rejected: try await backend.objects.remove(object.id, tenant: object.tenant)
            }
            log.info("reported the file of a dead process", ["session": session, "object": object.id])
        }
        return complete
    }
}
