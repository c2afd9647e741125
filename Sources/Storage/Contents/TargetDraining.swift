import HawserCore
import HawserMetadata

/// Moves everything off a target.
public struct TargetDraining: Sendable {
    /// How far it came.
    public struct Outcome: Sendable, Hashable, Codable {
        /// How many contents were moved.
        public var moved = 0
        /// How many are left, because they are being written or could not be moved.
        public var left = 0
        /// Why the last of them could not.
        public var trouble: String?

        /// Nothing yet.
        public init() {}
    }

    private static let page = 200

    private let store: ContentStore
    private let log = Log("drain")

    /// The draining of targets of a store.
    public init(_ store: ContentStore) {
        self.store = store
    }

    /// Moves contents off a target, until a moment, or until all were tried.
    ///
    /// - Parameters:
    ///   - target: the target.
    ///   - moment: when to stop.
    ///   - moved: called after each content that was moved.
    /// - Returns: how far it came.
    /// - Throws: `MetadataUnavailable`, `MetadataError`; `CancellationError`.
    public func round(
        _ target: String,
        until moment: ContinuousClock.Instant,
        moved: (@Sendable () async -> Void)? = nil
    ) async throws -> Outcome {
        var outcome = Outcome()
        var last = ""
        while true {
            let page = try await store.contents.list(on: target, after: last, limit: Self.page)
            for content in page {
                try Task.checkCancellation()
                last = content.id
                guard ContinuousClock.now < moment else {
                    outcome.left += 1
                    return outcome
                }
                do {
                    if try await store.vacate(content, target) {
                        outcome.moved += 1
                        await moved?()
                    } else {
                        outcome.left += 1
                    }
                } catch let error as StorageError {
                    outcome.left += 1
                    outcome.trouble = "\(error)"
                    log.warning(
                        "a content cannot be moved now",
                        ["content": content.id, "target": target, "error": "\(error)"]
                    )
                }
            }
            if page.count < Self.page { return outcome }
        }
    }
}

extension ContentStore {
    /// Moves a content's fragments off a target.
    ///
    /// - Returns: false when it has to wait: it is being encoded, or removed.
    func vacate(_ content: StoredContent, _ target: String) async throws -> Bool {
        guard case .coded(let layout) = content.layout, content.state != .dying else { return false }
        var content = content
        for number in layout.partitions.indices {
            let old = layout.partitions[number].fragments.filter { $0.target == target }
            guard !old.isEmpty else { continue }
            let now = content
            content = try await inTurn(content) {
                try await remake(
                    old.map { (index: $0.index, home: nil, isReadable: true) },
                    number,
                    in: now,
                    state: now.state,
                    avoiding: target
                )
            }
            await drop(old)
        }
        return true
    }
}
