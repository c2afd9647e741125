import HawserMetadata

/// The folders of a tree that a transfer has met, made where they are missing.
actor FolderCache {
    private let tree: FileTree
    private let tenant: String
    private var known: [TreePath: String] = [:]

    /// An empty one.
    init(_ tree: FileTree, tenant: String) {
        self.tree = tree
        self.tenant = tenant
    }

    /// The folder at a path, made when it is not there.
    ///
    /// - Throws: `FileTreeError`, `MetadataUnavailable`, `MetadataError`.
    func folder(_ path: TreePath) async throws -> String {
        if let folder = known[path] { return folder }
        let folder = try await tree.ensureFolder(at: path, tenant: tenant)
        if known.count > 10_000 { known.removeAll() }
        known[path] = folder
        return folder
    }

    /// Looks for all of them again.
    func forget() {
        known.removeAll()
    }
}
