import HawserMetadata

/// Reads every fragment of a target, and has what is lost or damaged repaired.
public struct TargetScrubbing: Sendable {
    /// How far it came.
    public struct Outcome: WalkOutcome, Hashable {
        /// The content it came to; nil when it is through.
        public var last: String?
        /// How many fragments were read.
        public var checked = 0
        /// How many of them are lost or damaged.
        public var damaged = 0
        /// How many bytes were read.
        public var bytes: Int64 = 0

        /// Nothing yet.
        public init() {}

        /// Both, one after the other.
        public static func + (earlier: Outcome, later: Outcome) -> Outcome {
            var sum = later
            sum.checked += earlier.checked
            sum.damaged += earlier.damaged
            sum.bytes += earlier.bytes
            return sum
        }
    }

    private static let page = 200

    private let store: ContentStore

    /// The scrubbing of targets of a store.
    public init(_ store: ContentStore) {
        self.store = store
    }

    /// Reads fragments, until a moment, or to the end.
    ///
    /// - Parameters:
    ///   - target: the target.
    ///   - last: only contents after this one.
    ///   - moment: when to stop, after the content that is being read.
    ///   - rate: at most so many bytes a second; nil: as fast as it goes.
    /// - Returns: how far it came.
    /// - Throws: `StorageError` when the target does not answer; `MetadataUnavailable`, `MetadataError`;
    ///   `CancellationError`.
    public func round(
        _ target: String,
        after last: String?,
        until moment: ContinuousClock.Instant,
        bytesPerSecond rate: Int64?
    ) async throws -> Outcome {
        let reached = try await store.targets.target(target)
        let pace = Pace(bytesPerSecond: rate)
        var outcome = Outcome()
        outcome.last = last ?? ""
        while true {
            let page = try await store.contents.list(on: target, after: outcome.last ?? "", limit: Self.page)
            for content in page {
                try await scrub(content, reached, pace, &outcome)
                outcome.last = content.id
                if ContinuousClock.now >= moment { return outcome }
            }
            if page.count < Self.page {
                outcome.last = nil
                return outcome
            }
        }
    }

    private func scrub(
        _ content: StoredContent,
        _ target: any Target,
        _ pace: Pace,
        _ outcome: inout Outcome
    ) async throws {
        guard case .coded(let layout) = content.layout, content.state != .dying else { return }
        let check = FragmentCheck(layout)
        var bad: String?
        for (number, partition) in layout.partitions.enumerated() {
            for fragment in partition.fragments where fragment.target == target.id {
                outcome.checked += 1
                let length = try PartitionShape(
                    k: layout.k,
                    m: layout.m,
                    cell: layout.cell,
                    length: partition.length
                ).fragmentLength
                outcome.bytes += length
                do {
                    try await check.verify(fragment, of: number, on: target) { try await pace.spend($0) }
                } catch let error as StorageError {
                    guard try await isStillThere(fragment, content.id) else { continue }
                    switch error {
                    case .missing, .damaged, .system(_, _, 5):
                        outcome.damaged += 1
                        bad = "\(error)"
                    default: throw error
                    }
                }
            }
        }
        if let bad { await store.degrade(content.id, because: bad) }
    }

    /// Whether the content still names a fragment; it may have been moved or removed meanwhile.
    private func isStillThere(_ fragment: CodedLayout.Fragment, _ content: String) async throws -> Bool {
        try await store.contents.find(content)?.files[fragment.target]?.contains(fragment.path) ?? false
    }
}
