import HawserCore
public import HawserMetadata

extension FileStore {
    /// A list of files that are to be moved, stored in MongoDB.
    public struct Scan: Sendable, Codable, Equatable {
        /// Its name.
        public let id: String
        /// How many files.
        public var files: Int64 = 0
        /// How many bytes.
        public var bytes: Int64 = 0
        /// What was found that cannot be moved; the first of them, and how many there are.
        public var obstacles: [String] = []
        /// How many cannot be moved.
        public var obstacleCount = 0

        /// A list that is empty yet.
        public init() { id = UUIDv7.make() }
    }

    private static let batch = 1000
    private static let shownObstacles = 20

    /// Lists one file of the server, which becomes an object of a certain id.
    ///
    /// - Throws: `Refusal` when there is no such file; else what may pass.
    public func scan(file path: String, object: String, job: String, tenant: String) async throws -> Scan {
        try await refusing {
            let root = try importRoot()
            guard case .file(let size, let modified) = try await root.look(at: root.path(path)) else {
                throw Refusal(1, "\(path.debugDescription): there is no such file")
            }
            var list = Listing(job: job, tenant: tenant)
            list.add(try TreePath(path).description, size: size, object: object, modified: modified)
            try await list.store(in: transfers)
            return list.scan
        }
    }

    /// Lists one content that goes to a path of the server.
    public func scan(file path: String, content: TreeEntry.Content, job: String, tenant: String) async throws -> Scan {
        try await refusing {
            var list = Listing(job: job, tenant: tenant)
            let path = try TreePath(path).description
            list.add(path, size: content.size, object: content.object, modified: content.modified)
            try await list.store(in: transfers)
            return list.scan
        }
    }

    /// Lists all files below a directory of the server, and makes the folders for them in the tree.
    ///
    /// - Parameters:
    ///   - path: the directory, as the client named it.
    ///   - job: for which job.
    ///   - tenant: whose.
    ///   - context: what the files of the transfer share.
    /// - Returns: the list; each file has the id of the object it becomes.
    /// - Throws: `Refusal`, when the directory cannot be read at all; else what may pass.
    public func scan(
        directory path: String,
        job: String,
        tenant: String,
        context: TransferContext
    ) async throws -> Scan {
        try await refusing {
            let root = try importRoot()
            let (named, real) = (try TreePath(path), try root.path(path))
            var list = Listing(job: job, tenant: tenant)
            _ = try await context.folders.folder(named)
            var waiting = [real]
            while let next = waiting.popLast() {
                try Task.checkCancellation()
                let (entries, obstacles): ([ImportRoot.Entry], [ImportRoot.Obstacle])
                do {
                    (entries, obstacles) = try await root.list(next)
                } catch let error as ImportError where !error.isRetryable && next != real {
                    list.note("\(error)")
                    continue
                }
                for obstacle in obstacles { list.note("\(obstacle.path.debugDescription): \(obstacle.reason)") }
                for entry in entries {
                    // The same path below the name the client used.
                    let below = entry.path.dropping(real.names.count).names
                    let shown = below.reduce(named) { $0.appending($1) }
                    if let size = entry.size {
                        list.add(
                            shown.description,
                            size: size,
                            object: ObjectStore.newID(),
                            modified: entry.modified
                        )
                        if list.isFull { try await list.store(in: transfers) }
                    } else {
                        _ = try await context.folders.folder(shown)
                        waiting.append(entry.path)
                    }
                }
            }
            try await list.store(in: transfers)
            return list.scan
        }
    }

    /// Lists all files below a folder of the tree, and makes the directories for them on the server.
    ///
    /// - Throws: `Refusal`, when there is no such folder or directory; else what may pass.
    public func scan(folder path: String, job: String, tenant: String) async throws -> Scan {
        try await refusing {
            let root = try importRoot()
            let named = try TreePath(path)
            var list = Listing(job: job, tenant: tenant)
            var waiting = [(folder: try await tree.folder(at: named, tenant: tenant), path: named)]
            while let next = waiting.popLast() {
                try Task.checkCancellation()
                do {
                    try await root.makeDirectory(try root.path(next.path.description))
                } catch let error as ImportError where !error.isRetryable && next.path != named {
                    list.note("\(error)")
                    continue
                }
                var last: String?
                while true {
                    let page = try await tree.children(of: next.folder, tenant: tenant, after: last, limit: Self.batch)
                    for entry in page {
                        let below = next.path.appending(entry.name)
                        if let content = entry.content {
                            list.add(
                                below.description,
                                size: content.size,
                                object: content.object,
                                modified: content.modified
                            )
                        } else {
                            waiting.append((entry.id, below))
                        }
                    }
                    if list.isFull { try await list.store(in: transfers) }
                    guard page.count == Self.batch else { break }
                    last = page.last?.name
                }
            }
            try await list.store(in: transfers)
            return list.scan
        }
    }

    /// A list that grows and is stored batch by batch.
    private struct Listing {
        let job: String
        let tenant: String
        var scan = Scan()
        private var waiting: [TransferItem] = []

        init(job: String, tenant: String) {
            self.job = job
            self.tenant = tenant
        }

        var isFull: Bool { waiting.count >= FileStore.batch }

        mutating func add(_ path: String, size: Int64, object: String, modified: Timestamp) {
            waiting.append(
                TransferItem(
                    scan: scan.id,
                    number: scan.files,
                    job: job,
                    tenant: tenant,
                    path: path,
                    size: size,
                    object: object,
                    modified: modified
                )
            )
            scan.files += 1
            scan.bytes += size
        }

        mutating func note(_ obstacle: String) {
            scan.obstacleCount += 1
            if scan.obstacles.count < FileStore.shownObstacles { scan.obstacles.append(obstacle) }
        }

        mutating func store(in transfers: TransferCollection) async throws {
            try await transfers.add(waiting)
            waiting = []
        }
    }
}
