import HawserCore

extension FileTree {
    /// What is done when a name is taken.
    public struct ClashRule: Sendable, Hashable, Codable {
        /// Whether the client decides, so that the clash is refused, rather than the new file given another name.
        public var isInteractive: Bool
        /// Whether the file becomes a new version of the one that is there.
        public var isNewVersion: Bool

        /// A rule.
        public init(isInteractive: Bool, isNewVersion: Bool) {
            self.isInteractive = isInteractive
            self.isNewVersion = isNewVersion
        }
    }

    /// Where a file went.
    public enum Placement: Sendable, Equatable {
        /// It is a new entry, under the name that was asked for or another.
        case created(name: String)
        /// It is the new version of an entry.
        case version
        /// The entry has these bytes already: nothing was changed, and the new object is not needed.
        case unchanged
        /// The name is taken and the rule says to refuse.
        case refused(FileTreeError)

        /// Whether the tree holds the new object now.
        public var holdsObject: Bool {
            switch self {
            case .created, .version: true
            case .unchanged, .refused: false
            }
        }
    }

    /// What would come of placing a file now, without doing it; nil: it can be placed.
    public func clash(
        of content: TreeEntry.Content,
        _ name: String,
        in folder: String,
        tenant: String,
        rule: ClashRule
    ) async throws -> Placement? {
        guard let known = try await entry(name, in: folder, tenant: tenant) else { return nil }
        return Self.clash(known, content, rule)
    }

    /// A file whose object is stored and that is to be put into a folder.
    public struct PlacementRequest: Sendable {
        /// More writes of the same transaction; called again when that is done again.
        public typealias Also = @Sendable (MongoTransaction, Placement) throws -> Void

        let content: TreeEntry.Content
        let name: String
        let moved: Int64
        let also: Also

        /// A file; `moved` is how many bytes went up for it when these are not all its bytes.
        public init(
            content: TreeEntry.Content,
            name: String,
            moved: Int64? = nil,
            also: @escaping Also = { _, _ in }
        ) {
            self.content = content
            self.name = name
            self.moved = moved ?? content.size
            self.also = also
        }
    }

    /// Puts files into a folder, all in one transaction, and counts their bytes as moved up.
    ///
    /// - Parameters:
    ///   - files: the files.
    ///   - folder: the folder.
    ///   - tenant: whose.
    ///   - rule: what is done when a name is taken.
    /// - Returns: where each went.
    /// - Throws: `FileTreeError` 201 when the folder is gone; what a file's `also` throws.
    public func place(
        _ files: [PlacementRequest],
        in folder: String,
        tenant: String,
        rule: ClashRule
    ) async throws -> [Placement] {
        try await entries.database.transaction("place") { [self] transaction in
            try touch(folder, tenant, in: transaction)
            var bytes: Int64 = 0
            let placements = try files.map { file in
                let placement = try place(file.content, file.name, folder, tenant, rule, transaction)
                try file.also(transaction, placement)
                if placement.holdsObject { bytes += file.moved }
                return placement
            }
            // The last write, so that other transactions wait for it as shortly as can be.
            try usage.add(Usage(up: bytes), to: tenant, for: files.first?.content.object ?? "", in: transaction)
            return placements
        }
    }

    private func place(
        _ content: TreeEntry.Content,
        _ name: String,
        _ folder: String,
        _ tenant: String,
        _ rule: ClashRule,
        _ transaction: MongoTransaction
    ) throws -> Placement {
        func find(_ name: String) throws -> TreeEntry? {
            try transaction.findOne(entries, Self.place(name, folder, tenant)).map(read)
        }
        var free = name
        if let known = try find(name) {
            if let clash = Self.clash(known, content, rule) { return clash }
            if rule.isNewVersion, let old = known.content {
                let change: BSONDocument = [
                    "$push": ["versions": .document(old.document)], "$set": .document(content.document),
                ]
                try transaction.updateOne(entries, ["_id": .string(known.id)], change)
                return .version
            }
            let seconds = Timestamp.now.milliseconds / 1000
            var tries = 0
            repeat {
                free = Self.renamed(name, tries == 0 ? "_\(seconds)" : "_\(seconds)_\(tries)")
                tries += 1
            } while try find(free) != nil
        }
        try Self.insert(TreeEntry.new(free, in: folder, tenant: tenant, content), entries, transaction)
        return .created(name: free)
    }

    /// What stands in the way; nil: the file can be placed, as a version or under another name.
    private static func clash(_ known: TreeEntry, _ content: TreeEntry.Content, _ rule: ClashRule) -> Placement? {
        guard let old = known.content else { return rule.isInteractive ? .refused(.folder(known.name)) : nil }
        if old.isSame(as: content) { return .unchanged }
        return rule.isInteractive && !rule.isNewVersion ? .refused(.file(known.name)) : nil
    }

    /// A name with something added before its last dot, cut so that it does not get too long.
    private static func renamed(_ name: String, _ suffix: String) -> String {
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        let rest = String(name[dot...].prefix(TreePath.longestName / 2))
        let room = TreePath.longestName - suffix.unicodeScalars.count - rest.unicodeScalars.count
        let stem = String(String.UnicodeScalarView(name[..<dot].unicodeScalars.prefix(room)))
        return stem + suffix + rest
    }
}
