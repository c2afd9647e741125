public import HawserCore
public import HawserMetadata

/// The contents that objects name: bytes with their digests, in the metadata, the staging area or targets.
///
/// A content is stored in the transaction that stores its first object and is marked as dying in the one that removes its
/// last; bytes are there before, and go after. So a crash leaves bytes that nobody names, or a dying content, which
/// `StoreCollection` finds, but never a content without bytes.
public final class ContentStore: Sendable {
    /// How many large contents a process encodes or repairs at the same time: each takes up to 64 MiB of memory.
    private static let largeAtOnce = 4

    let contents: StoredContentCollection
    /// Where contents are until they are durable.
    let area: DirectoryTarget
    /// The targets.
    public let targets: TargetSet
    let errands: any ContentErrands
    /// Keeps the keys of what is encrypted.
    public let keys: ContentKeys
    let partitionLimit: Int64
    let health: TargetHealth
    /// How long bytes that go are waited for.
    let patience: Duration
    let large = Turns(largeAtOnce)
    let log = Log("contents")

    /// A store of contents.
    ///
    /// - Parameters:
    ///   - contents: where they are known.
    ///   - area: where bytes are until they are durable; on the same disk as the staging files.
    ///   - targets: where they go.
    ///   - errands: submits the jobs that bring them there.
    ///   - keys: keeps the keys of those that are encrypted.
    ///   - partitionLimit: the longest partition, in bytes.
    ///   - health: what is known about targets that failed lately.
    ///   - patience: how long a removal waits for targets to remove bytes, which they do afterwards otherwise.
    public init(
        _ contents: StoredContentCollection,
        area: DirectoryTarget,
        targets: TargetSet,
        errands: any ContentErrands,
        keys: ContentKeys = ContentKeys(masterKey: nil),
        partitionLimit: Int64 = LayoutPolicy.partitionLimit,
        health: TargetHealth = .shared,
        patience: Duration = Patience.usual
    ) {
        self.contents = contents
        self.area = area
        self.targets = targets
        self.errands = errands
        self.keys = keys
        self.partitionLimit = partitionLimit
        self.health = health
        self.patience = patience
    }

    /// A content as it is now.
    ///
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func find(_ id: String) async throws -> StoredContent? {
        try await contents.find(id)
    }

    /// The id of a tenant's content of the bytes of a staged file, where it is worth to share it.
    ///
    /// What is encrypted is not shared: each has a key of its own.
    func equal(_ staged: StagedFile, _ digests: StagedContent, tenant: String) async throws -> String? {
        // Small ones are kept in the metadata: one more is cheaper than a document that many write.
        guard staged.policy.encryption == .none, digests.size > LayoutPolicy.inlineLimit else { return nil }
        return try await contents.equal(
            tenant: tenant,
            sha256: digests.sha256,
            size: digests.size,
            policy: staged.policy.layout
        )
    }

    /// Puts the bytes of a staged file, which is used up by that, where they are safe from a crash.
    ///
    /// - Returns: the content, which the metadata does not know yet.
    /// - Throws: `StorageError`; the staged file may be gone then.
    func take(_ staged: StagedFile, tenant: String) async throws -> StoredContent {
        let digests = try await staged.finish()
        let sealed = staged.sealed
        let id = UUIDv7.make()
        let encryption = try sealed.map { try keys.encryption($0.cipher, of: id) }
        let layout: ContentLayout
        if let bytes = await staged.bytes {
            layout = .inline(bytes)
            try await staged.discard()
        } else {
            let path = ContentLayout.stagedPath(content: id, unique: Crypto.randomBytes(6).hex)
            try await area.store(staged, as: path)
            layout = .staged(path: path)
        }
        let isInline = if case .inline = layout { true } else { false }
        return StoredContent(
            id: id,
            tenant: tenant,
            size: sealed?.size ?? digests.size,
            md5: sealed == nil ? digests.md5 : nil,
            sha1: sealed == nil ? digests.sha1 : nil,
            sha256: sealed?.sha256 ?? digests.sha256,
            state: isInline ? .durable : .staged,
            layout: layout,
            encryption: encryption,
            policy: staged.policy.layout,
            job: isInline ? nil : errands.newJob()
        )
    }

    /// Has a new content made durable; that the job could not be submitted now is no failure.
    func secure(_ content: StoredContent) async {
        guard content.job != nil else { return }
        do {
            try await errands.submit(content, isRepeat: false)
        } catch {
            log.warning(
                "a content waits to be collected for its job",
                ["content": content.id, "state": content.state.rawValue, "error": "\(error)"]
            )
        }
    }

    /// Notes that a fragment is lost or damaged, and has it repaired.
    func degrade(_ id: String, because reason: String) async {
        do {
            guard let content = try await contents.degrade(id, job: errands.newJob()) else { return }
            log.warning("a content is degraded", ["content": id, "cause": reason])
            await secure(content)
        } catch {
            // Whoever reads it next sees it, too.
            log.warning("cannot note a degraded content", ["content": id, "error": "\(error)"])
        }
    }

    /// Removes the bytes of a dying content, then the content.
    ///
    /// That it could not be done is logged: `StoreCollection` does it. Whoever asks for it waits for a while only: the
    /// content is nobody's already.
    func destroy(_ content: StoredContent) async {
        await Patience.wait(patience) { [self] in
            do {
                try await removeFiles(content.files)
                try await contents.remove(content.id)
            } catch {
                log.warning("bytes are left to be collected", ["content": content.id, "error": "\(error)"])
            }
        }
    }

    /// Removes files of targets, those of the staging area under the empty name.
    ///
    /// - Throws: `StorageError`, one of those that happened; all else is gone then.
    func removeFiles(_ files: [String: Set<String>]) async throws {
        let known = try await targets.reachable(Set(files.keys).subtracting([""]))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (id, paths) in files {
                let target: any Target
                if id.isEmpty {
                    target = area
                } else if let reached = known[id] {
                    target = reached
                } else if try await targets.record(id) == nil {
                    // A target that was taken out of the store took its files with it.
                    continue
                } else {
                    group.addTask { throw StorageError.unknownTarget(id) }
                    continue
                }
                group.addTask { for path in paths { try await target.remove(path) } }
            }
            // All are tried, whatever happens to one.
            var failure: (any Error)?
            while let result = await group.nextResult() {
                if case .failure(let error) = result { failure = error }
            }
            if let failure { throw failure }
        }
    }

    /// Removes fragments that nothing names any more, as far as their targets let them; the rest is collected.
    func drop(_ fragments: [CodedLayout.Fragment]) async {
        guard !fragments.isEmpty else { return }
        let reached = try? await targets.reachable()
        await FragmentRemoval.remove(fragments, from: fragments.compactMap { reached?[$0.target] }, patience: patience)
    }

    /// Does work that takes the memory of a large content, if it is one, when it is its turn.
    func inTurn<Value: Sendable>(
        _ content: StoredContent,
        _ work: @Sendable () async throws -> Value
    ) async throws -> Value {
        content.size <= 4 << 20 ? try await work() : try await large.use(work)
    }
}
