import HawserCore
import HawserHTTP
import HawserJobs
import HawserMetadata
import HawserQueue
import HawserStorage

/// `/store/upload`, `/store/uploaddir`, `/store/download`, `/store/downloaddir` and `/store/progress`.
///
/// What can be seen to be wrong is refused at once; the rest is a job.
struct TransferRoutes: Sendable {
    private static let mostPaths = 10_000
    /// How long a transfer is among all of them, in seconds, and how many there are at most.
    private static let shownSeconds = 86_400.0
    private static let mostShown = 1000

    let dialect: FileStoreDialect

    private static let text: JSON = ["type": "string"]
    private static let flag: JSON = ["type": "boolean", "default": false]

    private var store: FileStore { dialect.store }

    var endpoints: [Endpoint] { [upload, uploadDirectory, download, downloadDirectory, progress] }

    private var upload: Endpoint {
        dialect.posting(
            "/store/upload",
            "Bring a file of the server into the tree, under its own path",
            body: ["filename": Self.text, "interactive": Self.flag, "newversion": Self.flag],
            isJob: true
        ) { fields, tenant, request in
            let filename = try fields.text("filename")
            let rule = try Self.rule(fields)
            let (path, real) = try paths(filename)
            guard let name = path.last, let parent = path.parent else {
                throw StoreFailure.argument("filename", "names no file")
            }
            try await store.allowance.check(tenant, for: .upload)
            guard case .file(let size, _) = try await store.importRoot().look(at: real) else {
                throw StoreFailure(1, "\(filename.debugDescription): there is no such file")
            }
            try await refuseClash(name, size: size, in: parent, tenant, rule)
            let arguments = FileImport.Arguments(
                filename: path.description,
                interactive: rule.isInteractive,
                newversion: rule.isNewVersion,
                object: ObjectStore.newID()
            )
            return try await dialect.accept(
                FileImport.self,
                arguments,
                path: path.description,
                tenant: tenant,
                request
            )
        }
    }

    private var uploadDirectory: Endpoint {
        dialect.posting(
            "/store/uploaddir",
            "Bring a directory of the server into the tree, under its own path, with all below it",
            body: ["parent": Self.text, "interactive": Self.flag, "newversion": Self.flag],
            isJob: true
        ) { fields, tenant, request in
            let parent = try fields.text("parent")
            let rule = try Self.rule(fields)
            let (path, real) = try paths(parent)
            try await store.allowance.check(tenant, for: .upload)
            guard case .directory = try await store.importRoot().look(at: real) else {
                throw StoreFailure(1, "\(parent.debugDescription): there is no such directory")
            }
            let arguments = DirectoryImport.Arguments(
                parent: path.description,
                interactive: rule.isInteractive,
                newversion: rule.isNewVersion
            )
            return try await dialect.accept(
                DirectoryImport.self,
                arguments,
                path: path.description,
                tenant: tenant,
                request
            )
        }
    }

    private var download: Endpoint {
        dialect.posting(
            "/store/download",
            "Write a file, by its hash and size, to a path of the server; or, with parent alone, a folder",
            body: [
                "filehash": Self.text, "filesize": ["type": "integer", "minimum": 0], "filename": Self.text,
                "parent": Self.text,
            ],
            isJob: true
        ) { fields, tenant, request in
            let hash = try fields.optionalText("filehash")
            let name = try fields.optionalText("filename")
            if hash == nil, name == nil, let parent = try fields.optionalText("parent") {
                return try await downloadFolder(parent, tenant, request)
            }
            guard let hash, [UInt8](hex: hash.lowercased())?.count == 20 else {
                throw StoreFailure.argument("filehash", "must be a SHA-1 in hexadecimal")
            }
            guard let size = try fields.number("filesize") else {
                throw StoreFailure.argument("filesize", "must not be empty")
            }
            guard let name else { throw StoreFailure.argument("filename", "must not be empty") }
            let (path, real) = try paths(name)
            guard let parent = real.parent else { throw StoreFailure.argument("filename", "names no file") }
            try await store.allowance.check(tenant, for: .download)
            _ = try await store.object(sha1: hash, size: size, tenant: tenant)
            let root = try store.importRoot()
            guard case .directory = try await root.look(at: parent) else {
                throw StoreFailure(1, "\(name.debugDescription): there is no directory for it")
            }
            if case .directory = try await root.look(at: real) {
                throw StoreFailure(1, "\(name.debugDescription): it is a directory")
            }
            let arguments = FileExport.Arguments(
                filename: path.description,
                filehash: hash.lowercased(),
                filesize: size
            )
            return try await dialect.accept(
                FileExport.self,
                arguments,
                path: path.description,
                tenant: tenant,
                request
            )
        }
    }

    private var downloadDirectory: Endpoint {
        dialect.posting(
            "/store/downloaddir",
            "Write a folder to the directory of the same path of the server, with all below it",
            body: ["parent": Self.text],
            isJob: true
        ) { fields, tenant, request in
            try await downloadFolder(try fields.text("parent"), tenant, request)
        }
    }

    private func downloadFolder(_ parent: String, _ tenant: String, _ request: Request) async throws -> Response {
        let (path, real) = try paths(parent)
        try await store.allowance.check(tenant, for: .download)
        _ = try await store.tree.folder(at: path, tenant: tenant)
        if let above = real.parent {
            guard case .directory = try await store.importRoot().look(at: above) else {
                throw StoreFailure(1, "\(parent.debugDescription): there is no directory for it")
            }
        }
        return try await dialect.accept(
            DirectoryExport.self,
            .init(parent: path.description),
            path: path.description,
            tenant: tenant,
            request
        )
    }

    private var progress: Endpoint {
        dialect.posting(
            "/store/progress",
            "How far files and directories are that are moved, by path, from 0 to 1; all of the last day without files",
            body: ["files": ["type": "array", "items": Self.text, "maxItems": .int(Int64(Self.mostPaths))]]
        ) { fields, tenant, _ in
            let paths = try fields.texts("files", atMost: Self.mostPaths) ?? []
            let rates = paths.isEmpty ? try await allRates(tenant) : try await rates(of: paths, tenant)
            return StoreEnvelope.response(.object(rates))
        }
    }

    /// A path as it is in the tree, and below the directory for files to import.
    private func paths(_ text: String) throws -> (tree: TreePath, real: TreePath) {
        (try TreePath(text), try store.importRoot().path(text))
    }

    private static func rule(_ fields: StoreFields) throws -> FileTree.ClashRule {
        FileTree.ClashRule(
            isInteractive: try fields.flag("interactive"),
            isNewVersion: try fields.flag("newversion")
        )
    }

    /// Refuses what is certain to clash before the file is read: a folder has the name, or a file of another size.
    private func refuseClash(
        _ name: String,
        size: Int64,
        in parent: TreePath,
        _ tenant: String,
        _ rule: FileTree.ClashRule
    ) async throws {
        guard rule.isInteractive else { return }
        let folder: String
        do {
            folder = try await store.tree.folder(at: parent, tenant: tenant)
        } catch let error as FileTreeError where error.code == 201 {
            return
        }
        guard let known = try await store.tree.entry(name, in: folder, tenant: tenant) else { return }
        if known.isFolder { throw StoreFailure(12, "exist same name folder: \(name)") }
        if !rule.isNewVersion, known.content?.size != size { throw StoreFailure(8, "exist same name file: \(name)") }
    }

    private func allRates(_ tenant: String) async throws -> [String: JSON] {
        let since = Timestamp.now.adding(seconds: -Self.shownSeconds)
        var newest: [String: Transfer] = [:]
        for transfer in try await store.transfers.list(tenant, since: since, limit: Self.mostShown)
        where newest[transfer.path] == nil { newest[transfer.path] = transfer }
        return try await Self.gather(Array(newest.values)) { transfer in
            try await rate(of: transfer).map { (transfer.path, $0) }
        }
    }

    private func rates(of paths: [String], _ tenant: String) async throws -> [String: JSON] {
        try await Self.gather(paths) { text in
            guard let path = try? TreePath(text).description else { return nil }
            if let transfer = try await store.transfers.last(tenant, path: path) {
                return try await rate(of: transfer).map { (text, $0) }
            }
            // A file of a directory that is moved.
            guard let item = try await store.transfers.lastItem(tenant, path: path) else { return nil }
            return (text, item.state == .done ? 1 : 0)
        }
    }

    /// How far a transfer is, as its job's record tells; nil when there is no such job.
    private func rate(of transfer: Transfer) async throws -> JSON? {
        guard let id = JobID(transfer.job), let job = try await dialect.backend.queues.find(id) else { return nil }
        if job.state == .succeeded { return 1 }
        guard let done = job.progress?["done"]?.int, let total = job.progress?["total"]?.int, total > 0 else {
            return 0
        }
        // Cut, so that 1 means that all is done.
        return .double(Double(min(done * 100 / total, 99)) / 100)
    }

    /// Looks at many, some at a time.
    private static func gather<Element: Sendable>(
        _ elements: [Element],
        _ look: @escaping @Sendable (Element) async throws -> (String, JSON)?
    ) async throws -> [String: JSON] {
        try await withThrowingTaskGroup(of: (String, JSON)?.self) { group in
            var found: [String: JSON] = [:]
            for (index, element) in elements.enumerated() {
                if index >= 16, let done = try await group.next(), let (name, rate) = done { found[name] = rate }
                group.addTask { try await look(element) }
            }
            for try await case let (name, rate)? in group { found[name] = rate }
            return found
        }
    }
}
