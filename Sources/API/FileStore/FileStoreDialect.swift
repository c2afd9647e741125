import HawserCore
import HawserHTTP
import HawserJobs
import HawserMetadata
import HawserQueue
import HawserStorage

/// Seed 001: a tree of files per tenant, filled from and written to the server's own disk, with packages to be bought.
///
/// Answers are in the seed's envelope, with HTTP status 200 whatever the code.
struct FileStoreDialect: Sendable {
    static let prefixes = ["/store", "/order", "/usage"]

    let backend: Backend
    let store: FileStore
    let pieces: PieceStore
    let registrations: RegistrationCollection
    let orders: OrderCollection

    init(backend: Backend) {
        self.backend = backend
        let root = backend.configuration.importRoot.map {
            ImportRoot(directory: $0, pool: BlockingPool(name: "import", threads: 4))
        }
        store = FileStore(database: backend.database, objects: backend.objects, root: root)
        pieces = PieceStore(store, masterKey: backend.masterKey)
        registrations = RegistrationCollection(backend.database)
        orders = OrderCollection(backend.database)
    }

    var endpoints: [Endpoint] {
        RegistrationRoutes(dialect: self).endpoints + FolderRoutes(dialect: self).endpoints
            + TransferRoutes(dialect: self).endpoints + OrderRoutes(dialect: self).endpoints
            + PieceRoutes(dialect: self).endpoints + PieceTransferRoutes(pieces: pieces).endpoints
    }

    /// Whether a path is one of the dialect's.
    static func isOwn(_ template: String) -> Bool {
        prefixes.contains { template == $0 || template.hasPrefix($0 + "/") }
    }

    /// A route that is sent a JSON object.
    ///
    /// - Parameters:
    ///   - path: the path.
    ///   - summary: what it does.
    ///   - body: the body's members with their schemas.
    ///   - isOpen: whether tenants may call it that have not registered.
    ///   - isJob: whether it may be answered by a job that goes on.
    ///   - handle: does it for a tenant.
    /// - Returns: the endpoint.
    func posting(
        _ path: String,
        _ summary: String,
        body: [String: JSON],
        isOpen: Bool = false,
        isJob: Bool = false,
        _ handle: @escaping @Sendable (StoreFields, String, Request) async throws -> Response
    ) -> Endpoint {
        Endpoint(
            method: "POST",
            template: path,
            summary: summary,
            access: .tenant,
            parameters: isJob ? [.prefer] : [],
            body: .init(type: "application/json", schema: ["type": "object", "properties": .object(body)]),
            answers: [Self.answer(isJob ? ["Location", "Preference-Applied"] : [])]
        ) { request, caller in
            let tenant = try caller.tenantID()
            let fields = try await StoreFields(request, upTo: backend.configuration.maxBodyBytes)
            if !isOpen { try await registered(tenant) }
            return try await handle(fields, tenant, request)
        }
    }

    /// A route that reads something.
    func reading(
        _ path: String,
        _ summary: String,
        query: [String: String] = [:],
        _ handle: @escaping @Sendable (Request, String) async throws -> JSON
    ) -> Endpoint {
        Endpoint(
            method: "GET",
            template: path,
            summary: summary,
            access: .tenant,
            parameters: query.sorted { $0.key < $1.key }.map { .init(name: $0.key, place: .query, help: $0.value) },
            answers: [Self.answer()]
        ) { request, caller in
            let tenant = try caller.tenantID()
            try await registered(tenant)
            return StoreEnvelope.response(try await handle(request, tenant))
        }
    }

    /// Accepts a job.
    ///
    /// - Parameters:
    ///   - kind: the kind of job.
    ///   - arguments: what is to be done.
    ///   - path: what is moved, for `/store/progress`.
    ///   - tenant: whose job it is.
    ///   - request: the request, which may prefer to wait.
    ///   - data: what is answered once it is accepted.
    /// - Returns: the answer: when it is waited for, that of the job when it is over by then.
    /// - Throws: `MetadataUnavailable`, `RedisUnavailable`.
    func accept<Kind: JobKind>(
        _ kind: Kind.Type,
        _ arguments: Kind.Arguments,
        path: String? = nil,
        tenant: String,
        _ request: Request,
        data: JSON = "success"
    ) async throws -> Response {
        let answers = JobAnswers(backend: backend)
        return try await answers.submit(for: request) { job in
            let isLost = job.state == .failed || job.state == .cancelled
            return isLost ? StoreFailure(job).response : StoreEnvelope.response(data)
        } begin: {
            let submission = try JobSubmission(kind, arguments, tenant: tenant)
            if let path {
                try await store.transfers.begin(Transfer(job: submission.id.text, tenant: tenant, path: path))
            }
            return try await answers.enqueue(submission)
        }
    }

    /// The tenant's registration.
    ///
    /// - Throws: `StoreFailure` when it has none.
    @discardableResult
    func registered(_ tenant: String) async throws -> Registration {
        guard let registration = try await registrations.find(tenant) else { throw StoreFailure.registerFirst }
        return registration
    }

    /// Goes on with removals that nobody finished, until the task is cancelled.
    func sweep() async {
        let log = Log("filestore")
        while !Task.isCancelled {
            do {
                let count = try await store.finishRemovals(before: Timestamp.now.adding(seconds: -900))
                if count > 0 { log.info("finished removals", ["count": count]) }
            } catch is CancellationError {
                return
            } catch {
                log.warning("cannot look for unfinished removals", ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(Double.random(in: 60...120)))
        }
    }

    static func answer(_ headers: [String] = []) -> Endpoint.Answer {
        .init(
            status: 200,
            help: "Done, or accepted, when code is 0; else errmsg says why not",
            schema: ["$ref": "#/components/schemas/StoreEnvelope"],
            headers: headers
        )
    }
}
