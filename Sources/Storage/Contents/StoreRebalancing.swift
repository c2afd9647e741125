import HawserCore
import HawserMetadata

/// Brings fragments to where they would be placed today: after targets were added, or weights and zones changed.
public struct StoreRebalancing: Sendable {
    /// How far it came.
    public struct Outcome: WalkOutcome, Hashable {
        /// The content it came to; nil when it is through.
        public var last: String?
        /// How many contents were looked at.
        public var checked = 0
        /// How many fragments were moved.
        public var moved = 0
        /// How many bytes that are.
        public var bytes: Int64 = 0
        /// How many contents could not be moved now.
        public var left = 0

        /// Nothing yet.
        public init() {}

        /// Both, one after the other.
        public static func + (earlier: Outcome, later: Outcome) -> Outcome {
            var sum = later
            sum.checked += earlier.checked
            sum.moved += earlier.moved
            sum.bytes += earlier.bytes
            sum.left += earlier.left
            return sum
        }
    }

    private static let page = 200

    private let store: ContentStore
    private let log = Log("rebalance")

    /// The rebalancing of a store.
    public init(_ store: ContentStore) {
        self.store = store
    }

    /// Moves fragments, until a moment, or to the end.
    ///
    /// What is staged or degraded is left as it is: encoding and repair place it anew.
    ///
    /// - Parameters:
    ///   - last: only contents after this one.
    ///   - moment: when to stop, after the content that is being moved.
    ///   - rate: at most so many bytes a second; nil: as fast as it goes.
    /// - Returns: how far it came.
    /// - Throws: `MetadataUnavailable`, `MetadataError`; `CancellationError`.
    public func round(
        after last: String?,
        until moment: ContinuousClock.Instant,
        bytesPerSecond rate: Int64?
    ) async throws -> Outcome {
        let pace = Pace(bytesPerSecond: rate)
        // A target that was added a moment ago counts.
        _ = try await store.targets.all()
        var outcome = Outcome()
        outcome.last = last ?? ""
        while true {
            let page = try await store.contents.list(.durable, after: outcome.last ?? "", limit: Self.page)
            for content in page {
                try Task.checkCancellation()
                outcome.checked += 1
                do {
                    let moved = try await store.rearrange(content) { try await pace.spend($0) }
                    outcome.moved += moved.fragments
                    outcome.bytes += moved.bytes
                } catch let error as StorageError {
                    outcome.left += 1
                    log.warning(
                        "a content cannot be rearranged now",
                        ["content": content.id, "error": "\(error)"]
                    )
                }
                outcome.last = content.id
                if ContinuousClock.now >= moment { return outcome }
            }
            if page.count < Self.page {
                outcome.last = nil
                return outcome
            }
        }
    }
}

extension ContentStore {
    /// Moves a content's fragments to the targets that they would be placed on today.
    ///
    /// A fragment stays where it is when that is one of those, whichever of the content's fragments it is.
    ///
    /// - Parameters:
    ///   - content: the content.
    ///   - spend: called with the length of each fragment before it is made.
    /// - Returns: how many fragments were moved, and their bytes.
    /// - Throws: as `repair`; what `spend` throws.
    func rearrange(
        _ content: StoredContent,
        _ spend: @Sendable (Int) async throws -> Void
    ) async throws -> (fragments: Int, bytes: Int64) {
        guard case .coded(let layout) = content.layout, content.state == .durable else { return (0, 0) }
        var content = content
        var moved: (fragments: Int, bytes: Int64) = (0, 0)
        for (number, partition) in layout.partitions.enumerated() {
            let shape = try PartitionShape(k: layout.k, m: layout.m, cell: layout.cell, length: partition.length)
            let wanted = try Placement.choose(
                key: "\(content.id).\(number)",
                pieces: shape.count,
                bytes: shape.fragmentLength,
                among: try await targets.candidates()
            ).targets
            let old = partition.fragments.filter { !wanted.contains($0.target) }
            guard !old.isEmpty else { continue }
            let taken = Set(partition.fragments.map(\.target))
            // At least as many as have to move: a partition has no more fragments than are wanted.
            let homes = wanted.filter { !taken.contains($0) }
            for _ in old { try await spend(Int(shape.fragmentLength)) }
            let now = content
            content = try await inTurn(content) {
                try await remake(
                    zip(old, homes).map { (index: $0.index, home: $1, isReadable: true) },
                    number,
                    in: now,
                    state: now.state
                )
            }
            await drop(old)
            moved.fragments += old.count
            moved.bytes += Int64(old.count) * shape.fragmentLength
        }
        return moved
    }
}
