import HawserCore
public import HawserMetadata

/// What the files of one transfer share while they are moved: the folders that are known, limits that were just looked
/// at, and transactions that note several files at once.
public final class TransferContext: Sendable {
    /// Limits hold by what was used a moment ago: what is under way then is not stopped in any case.
    private static let freshness = Duration.milliseconds(500)
    private static let most = 32

    /// A file that is to be placed.
    struct Placing: Sendable {
        let item: TransferItem
        let content: TreeEntry.Content
        let name: String
    }

    /// The file of an item was placed before.
    struct AlreadyDone: Error {}

    let tenant: String
    let rule: FileTree.ClashRule
    let folders: FolderCache
    /// Places files in a folder, by its id.
    let placing: Together<Placing, FileTree.Placement>
    /// Notes that files went down.
    let finishing: Together<TransferItem, Void>
    private let limits: Limits

    /// The context of a transfer.
    ///
    /// - Parameters:
    ///   - store: the store.
    ///   - tenant: whose files are moved.
    ///   - rule: what is done when a name is taken.
    public init(
        _ store: FileStore,
        tenant: String,
        rule: FileTree.ClashRule = .init(isInteractive: true, isNewVersion: false)
    ) {
        self.tenant = tenant
        self.rule = rule
        folders = FolderCache(store.tree, tenant: tenant)
        limits = Limits(store.allowance, tenant: tenant, freshness: Self.freshness)
        let (tree, transfers) = (store.tree, store.transfers)
        placing = Together(most: Self.most) { folder, files in
            let requests = files.map { file in
                FileTree.PlacementRequest(content: file.content, name: file.name) { transaction, placement in
                    if case .refused = placement { return }
                    // Done by another run of the same job: what that one placed stays, and this places nothing.
                    guard try transfers.finish(file.item, in: transaction) else { throw AlreadyDone() }
                }
            }
            return try await tree.place(requests, in: folder, tenant: tenant, rule: rule)
        }
        finishing = Together(most: Self.most) { _, items in
            try await transfers.finishDownloads(items, tenant: tenant)
            return items.map { _ in }
        }
    }

    /// Looks whether more may be moved.
    ///
    /// - Throws: `Allowance.Refusal`; `MetadataUnavailable`, `MetadataError`.
    func check(_ purpose: Allowance.Purpose) async throws {
        try await limits.check(purpose)
    }

    private actor Limits {
        private let allowance: Allowance
        private let tenant: String
        private let freshness: Duration
        private var checked: ContinuousClock.Instant?

        init(_ allowance: Allowance, tenant: String, freshness: Duration) {
            self.allowance = allowance
            self.tenant = tenant
            self.freshness = freshness
        }

        func check(_ purpose: Allowance.Purpose) async throws {
            if let checked, ContinuousClock.now - checked < freshness { return }
            try await allowance.checkLimits(of: tenant, for: purpose)
            checked = .now
        }
    }
}
