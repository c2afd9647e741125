public import HawserCore
public import HawserMetadata

/// Finds and removes what crashes left: dying contents, pieces of uploads that are over, files that nothing names; and sees
/// to it that what is staged or degraded has a job.
public struct StoreCollection: Sendable {
    /// What was done.
    public struct Outcome: Sendable, Hashable, Codable {
        /// Dying contents that were removed.
        public var contents = 0
        /// Files that were removed.
        public var files = 0
        /// Jobs that were submitted.
        public var jobs = 0

        /// Nothing yet.
        public init() {}

        /// Both.
        public static func + (a: Outcome, b: Outcome) -> Outcome {
            var sum = a
            sum.contents += b.contents
            sum.files += b.files
            sum.jobs += b.jobs
            return sum
        }
    }

    private static let page = 200

    private let store: ContentStore
    private let uploads: PieceUploadCollection
    private let log = Log("collect")

    /// The collection of a store, and of the pieces that are brought to its targets.
    public init(_ store: ContentStore, pieces uploads: PieceUploadCollection) {
        self.store = store
        self.uploads = uploads
    }

    /// The places files are looked for in: the targets by their ids, and the staging area by the empty name.
    ///
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func places() async throws -> [String] {
        try await [""] + store.targets.reachable().keys.sorted()
    }

    /// Does all of it.
    ///
    /// - Parameter moment: files and contents from later on are left alone: whoever wrote them may be about to name them.
    /// - Returns: what was done.
    /// - Throws: `StorageError`, `MetadataUnavailable`, `MetadataError`; `CancellationError`.
    public func run(storedBefore moment: Timestamp) async throws -> Outcome {
        var outcome = try await removeDying() + submitJobs(storedBefore: moment)
        outcome.files += try await removePieces()
        for place in try await places() {
            outcome.files += try await removeUnnamed(in: place, storedBefore: moment)
        }
        return outcome
    }

    /// Removes contents that no object names, with their bytes.
    ///
    /// - Throws: `MetadataUnavailable`, `MetadataError`; `CancellationError`. Those whose targets do not answer are left.
    public func removeDying() async throws -> Outcome {
        var outcome = Outcome()
        try await each(.dying) { content in
            do {
                try await store.removeFiles(content.files)
                try await store.contents.remove(content.id)
                outcome.contents += 1
            } catch let error as StorageError {
                log.warning("a content cannot be removed now", ["content": content.id, "error": "\(error)"])
            }
        }
        return outcome
    }

    /// Removes the pieces of uploads that are over, and of those that nobody holds any more.
    ///
    /// - Returns: how many pieces were removed.
    /// - Throws: `MetadataUnavailable`, `MetadataError`; `CancellationError`. Those whose targets do not answer are left.
    public func removePieces() async throws -> Int {
        try await PieceRemoval(uploads, contents: store).run()
    }

    /// Gives a job to each staged or degraded content that nobody is at.
    ///
    /// - Parameter moment: contents from later on are left alone.
    /// - Returns: how many jobs were submitted.
    /// - Throws: `MetadataUnavailable`, `MetadataError`; what the queue throws; `CancellationError`.
    public func submitJobs(storedBefore moment: Timestamp) async throws -> Outcome {
        var outcome = Outcome()
        for state in [StoredContent.State.staged, .degraded] {
            try await each(state) { content in
                guard content.created < moment else { return }
                if let job = content.job, try await !store.errands.isOver(job) { return }
                guard let renewed = try await store.contents.renew(content, job: store.errands.newJob()) else { return }
                try await store.errands.submit(renewed, isRepeat: false)
                outcome.jobs += 1
            }
        }
        return outcome
    }

    /// Removes files that no content and no upload names.
    ///
    /// - Parameters:
    ///   - place: the target, or the staging area by the empty name.
    ///   - moment: files that have been there since before.
    /// - Returns: how many were removed.
    /// - Throws: `StorageError`, `MetadataUnavailable`, `MetadataError`; `CancellationError`.
    public func removeUnnamed(in place: String, storedBefore moment: Timestamp) async throws -> Int {
        let target: any Target = place.isEmpty ? store.area : try await store.targets.target(place)
        var removed = 0
        for prefix in type(of: target).prefixes {
            try Task.checkCancellation()
            let names = try await target.names(below: prefix, storedBefore: moment)
            // Files that were not written by the store are nobody's business here.
            let byContent = Dictionary(grouping: names, by: Self.content).filter { UUIDv7.isUUID($0.key) }
            let ids = byContent.keys.sorted()
            for start in stride(from: 0, to: ids.count, by: Self.page) {
                let part = Array(ids[start..<min(ids.count, start + Self.page)])
                let known = try await store.contents.find(part)
                let byID = Dictionary(known.map { ($0.id, $0) }) { first, _ in first }
                // Pieces have the ids of uploads in the place of contents'.
                let pieces = try await uploads.paths(of: part.filter { byID[$0] == nil }, on: place)
                for id in part {
                    let names = (byContent[id] ?? []).filter { !pieces.contains($0) }
                    removed += try await remove(names, of: byID[id], in: place, target)
                }
            }
        }
        return removed
    }

    private func remove(
        _ names: [String],
        of content: StoredContent?,
        in place: String,
        _ target: any Target
    ) async throws -> Int {
        var unnamed = Set(names)
        if let content {
            unnamed.subtract(content.files[place] ?? [])
            guard !unnamed.isEmpty else { return 0 }
            // Whoever is about to name them cannot any more; what is named by then stays.
            let now = try await store.contents.fence(content.id)
            unnamed.subtract(now?.files[place] ?? [])
        }
        for name in unnamed {
            try await target.remove(name)
            log.info("removed a file that nothing names", ["target": place, "path": name])
        }
        return unnamed.count
    }

    /// The content a name was made for: what is between the slash and the first point.
    private static func content(_ name: String) -> String {
        String(name.drop { $0 != "/" }.dropFirst().prefix { $0 != "." })
    }

    private func each(_ state: StoredContent.State, _ body: (StoredContent) async throws -> Void) async throws {
        var last = ""
        while true {
            let page = try await store.contents.list(state, after: last, limit: Self.page)
            for content in page {
                try Task.checkCancellation()
                try await body(content)
                last = content.id
            }
            if page.count < Self.page { return }
        }
    }
}
