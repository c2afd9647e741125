import HawserCore
import HawserHTTP
import HawserJobs
import HawserMetadata
import HawserStorage

/// `/store/folder/add`, `/store/list` and `/store/remove`.
struct FolderRoutes: Sendable {
    private static let mostFolders = 1000
    private static let usualPage: Int64 = 100

    let dialect: FileStoreDialect

    private static let text: JSON = ["type": "string"]
    private static let flag: JSON = ["type": "boolean", "default": false]

    var endpoints: [Endpoint] { [add, list, remove] }

    private var add: Endpoint {
        let names: JSON = ["type": "array", "items": Self.text, "maxItems": .int(Int64(Self.mostFolders))]
        return dialect.posting(
            "/store/folder/add",
            "Make folders in a folder; their names are in folders, or in the member with the empty name",
            body: ["parent": Self.text, "folders": names, "": names, "interactive": Self.flag]
        ) { fields, tenant, _ in
            let parent = try TreePath(try fields.text("parent"))
            // The seed's own example has the empty name.
            let given =
                try fields.texts("folders", atMost: Self.mostFolders) ?? fields.texts("", atMost: Self.mostFolders)
            let isInteractive = try fields.flag("interactive")
            guard let names = given, !names.isEmpty else { throw StoreFailure(6, "Folder is required") }
            for name in names {
                if name.isEmpty { throw StoreFailure(7, "folder name can not be empty") }
                try TreePath.check(name)
            }
            try await dialect.store.allowance.check(tenant, for: .folder)
            let folder = try await dialect.store.tree.folder(at: parent, tenant: tenant)
            try await dialect.store.tree.addFolders(names, in: folder, tenant: tenant, isInteractive: isInteractive)
            return StoreEnvelope.response(true)
        }
    }

    private var list: Endpoint {
        dialect.posting(
            "/store/list",
            "List what is in a folder, folders first",
            body: [
                "path": Self.text,
                "pagesize": ["type": "integer", "minimum": 0, "maximum": .int(Int64(FileTree.largestPage))],
                "pagenum": ["type": "integer", "minimum": 0],
                "sorttype": ["type": "string", "enum": ["name", "size", "modtime"]],
                "ascorder": ["type": "boolean", "default": true],
            ]
        ) { fields, tenant, _ in
            let path = try TreePath(try fields.text("path"))
            let size = try fields.number("pagesize") ?? 0
            let page = try fields.number("pagenum") ?? 1
            // As in the original, anything else is sorted by name.
            let sorting = try fields.optionalText("sorttype").flatMap(FileTree.Sorting.init) ?? .name
            let isAscending = try fields.flag("ascorder", otherwise: true)
            let folder = try await dialect.store.tree.folder(at: path, tenant: tenant)
            let entries = try await dialect.store.tree.list(
                folder,
                tenant: tenant,
                page: Int(page),
                size: Int(size == 0 ? Self.usualPage : size),
                sorting: sorting,
                isAscending: isAscending
            )
            return StoreEnvelope.response(.array(entries.map { Self.view($0, in: path) }))
        }
    }

    private var remove: Endpoint {
        dialect.posting(
            "/store/remove",
            "Remove a file or folder, named by its id or its path; a folder with something in it needs recursion",
            body: ["target": Self.text, "folder": Self.flag, "recursion": Self.flag]
        ) { fields, tenant, request in
            let target = try fields.text("target")
            _ = try fields.flag("folder")
            let recursion = try fields.flag("recursion")
            let tree = dialect.store.tree
            let entry: TreeEntry?
            if target.hasPrefix("/") {
                guard let found = try await tree.entry(at: TreePath(target), tenant: tenant) else {
                    throw StoreFailure(1, "the top folder cannot be removed")
                }
                entry = found
            } else {
                guard let id = Self.id(target) else {
                    throw StoreFailure.argument("target", "is neither an id nor a path")
                }
                entry = try await tree.entry(id: id, tenant: tenant)
            }
            guard let entry else { throw StoreFailure(6, "path is not exists") }
            try await tree.discard(entry, recursion: recursion)
            // From here on it is removed; what frees it may come late but will come.
            if entry.isFolder, recursion {
                let arguments = FolderRemove.Arguments(folder: entry.id)
                do {
                    return try await dialect.accept(FolderRemove.self, arguments, tenant: tenant, request, data: true)
                } catch let error as any UnavailableError {
                    Log("filestore").warning("a removal is left to the sweep", ["error": "\(error)"])
                }
            } else {
                do {
                    try await dialect.store.empty(entry.id, tenant: tenant)
                } catch let error as any UnavailableError {
                    Log("filestore").warning("a removal is left to the sweep", ["error": "\(error)"])
                }
            }
            return StoreEnvelope.response(true)
        }
    }

    /// An entry as the seed shows it: with its whole path.
    private static func view(_ entry: TreeEntry, in path: TreePath) -> JSON {
        var view: [String: JSON] = [
            "id": .string(entry.id), "filename": .string(path.appending(entry.name).description),
            "filesize": .int(entry.content?.size ?? 0), "filehash": .string(entry.content?.sha1 ?? ""),
            "folder": .bool(entry.isFolder), "modtime": .int(entry.modified.milliseconds / 1000),
        ]
        if !entry.isFolder {
            view["extension"] = .string(entry.fileExtension)
            view["filetype"] = .string(FileStore.mediaType(entry.name))
        }
        return .object(view)
    }

    /// The id a client means: as lists show it, without dashes, or as the original had it: the text in hexadecimal.
    private static func id(_ text: String) -> String? {
        let text = text.lowercased()
        if UUIDv7.isUUID(text) { return text }
        guard let bytes = [UInt8](hex: text) else { return nil }
        if bytes.count == 36, let id = String(validating: bytes, as: UTF8.self), UUIDv7.isUUID(id) { return id }
        guard bytes.count == 16 else { return nil }
        let digits = Array(text)
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
        return parts.joined(separator: "-")
    }
}
