import HawserCore
public import HawserMetadata

extension ContentStore {
    /// What a repair came to.
    public struct Repair: Sendable, Hashable {
        /// How the content is now; nil when it is gone.
        public var state: StoredContent.State?
        /// How many fragments were read to their ends.
        public var checked = 0
        /// How many were made anew.
        public var repaired = 0
        /// How many are on targets that do not answer.
        public var unreachable = 0
    }

    /// Reads every fragment of a content, and makes those that are lost or damaged anew.
    ///
    /// What is made is named partition by partition, so that a repair that is cut off has not worked for nothing.
    ///
    /// - Parameters:
    ///   - id: the content.
    ///   - givesUp: whether fragments on targets that do not answer are taken for lost.
    ///   - progress: called with the number of bytes of partitions that are done, and of all.
    /// - Returns: what it came to; with fragments left that are `unreachable` the content stays degraded.
    /// - Throws: `StorageError`: `unreadable` when too many are lost, `tooFewTargets`, `superseded`;
    ///   `MetadataUnavailable`, `MetadataError`; `CancellationError`.
    public func repair(
        _ id: String,
        givesUp: Bool = false,
        progress: (@Sendable (_ done: Int64, _ total: Int64) async -> Void)? = nil
    ) async throws -> Repair {
        var repair = Repair()
        guard var content = try await contents.find(id) else { return repair }
        repair.state = content.state
        guard case .coded(let layout) = content.layout, content.state != .dying else { return repair }
        var done: Int64 = 0
        for number in layout.partitions.indices {
            let check = try await check(number, of: content, givesUp: givesUp)
            repair.checked += check.checked
            repair.unreachable += check.unreachable.count
            if !check.lost.isEmpty {
                content = try await replace(check.lost, number, in: content)
                repair.repaired += check.lost.count
            }
            done += layout.partitions[number].length
            await progress?(done, content.size)
        }
        if repair.unreachable == 0, content.state == .degraded {
            guard try await contents.restore(content) else { throw StorageError.superseded(content: id) }
            repair.state = .durable
        }
        return repair
    }

    /// What is found of a partition.
    private struct Findings: Sendable {
        var checked = 0
        /// Fragments to make anew.
        var lost: Set<Int> = []
        /// Fragments that may come back.
        var unreachable: Set<Int> = []
    }

    private enum Finding: Sendable {
        case whole, lost, unreachable
    }

    private func check(_ number: Int, of content: StoredContent, givesUp: Bool) async throws -> Findings {
        guard case .coded(let layout) = content.layout else { return Findings() }
        let partition = layout.partitions[number]
        let reached = try await targets.reachable(layout.targets)
        // A target that is down, or was taken out of the store, does not come back by itself.
        let found = try await inTurn(content) {
            try await withThrowingTaskGroup(of: (Int, Finding).self) { group in
                for fragment in partition.fragments {
                    group.addTask {
                        (fragment.index, try await self.look(fragment, number, layout, reached[fragment.target]))
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
        }
        var findings = Findings()
        for index in 0..<(layout.k + layout.m) {
            switch found[index] {
            case .whole: findings.checked += 1
            case .unreachable where !givesUp: findings.unreachable.insert(index)
            case .lost, .unreachable, nil: findings.lost.insert(index)
            }
        }
        return findings
    }

    private func look(
        _ fragment: CodedLayout.Fragment,
        _ number: Int,
        _ layout: CodedLayout,
        _ target: (any Target)?
    ) async throws -> Finding {
        guard let target else { return .lost }
        do {
            try await FragmentCheck(layout).verify(fragment, of: number, on: target)
            return .whole
        } catch let error as StorageError {
            log.warning(
                "a fragment cannot be used",
                ["content": layout.content, "target": target.id, "path": fragment.path, "error": "\(error)"]
            )
            switch error {
            case .missing, .damaged: return .lost
            // The disk says that it cannot read what is there.
            case .system(_, _, 5): return .lost
            default: return .unreachable
            }
        }
    }

    /// Makes fragments of a partition anew and names them in place of the old ones.
    private func replace(
        _ lost: Set<Int>,
        _ number: Int,
        in content: StoredContent
    ) async throws -> StoredContent {
        guard case .coded(let layout) = content.layout else { return content }
        let old = layout.partitions[number].fragments.filter { lost.contains($0.index) }
        // Where one was lost to damage, the new one is as well off as elsewhere, and nothing else moves.
        let homes = Dictionary(old.map { ($0.index, $0.target) }) { first, _ in first }
        let orders = lost.sorted().map { (index: $0, home: homes[$0], isReadable: false) }
        let changed = try await inTurn(content) { try await remake(orders, number, in: content, state: .degraded) }
        await drop(old)
        return changed
    }

    /// Makes fragments of a partition once more, elsewhere, and names them in place of those that are there.
    ///
    /// - Parameters:
    ///   - orders: which; where to if it can be; whether what is there can be read.
    ///   - number: the number of the partition.
    ///   - content: the content.
    ///   - state: how the content is then.
    ///   - avoided: a target to put nothing on.
    /// - Returns: the content as it is then; the old fragments are nobody's, and the caller's to drop.
    /// - Throws: as `repair`.
    func remake(
        _ orders: [(index: Int, home: String?, isReadable: Bool)],
        _ number: Int,
        in content: StoredContent,
        state: StoredContent.State,
        avoiding avoided: String? = nil
    ) async throws -> StoredContent {
        guard case .coded(var layout) = content.layout else { return content }
        let partition = layout.partitions[number]
        let indices = Set(orders.map(\.index))
        let shape = try PartitionShape(k: layout.k, m: layout.m, cell: layout.cell, length: partition.length)
        let taken = Set(partition.fragments.filter { !indices.contains($0.index) }.map(\.target))
        var free = try await targets.candidates()
            .filter { !taken.contains($0.id) && $0.id != avoided && Placement.takes(shape.fragmentLength, $0) }
        let reached = try await targets.reachable(layout.targets)
        var places: [Int: any Target] = [:]
        for order in orders {
            guard let home = order.home, !health.isAvoided(home), let target = reached[home],
                let place = free.firstIndex(where: { $0.id == home })
            else { continue }
            free.remove(at: place)
            places[order.index] = target
        }
        let others = orders.map(\.index).filter { places[$0] == nil }
        if !others.isEmpty {
            let choice = try Placement.choose(
                key: "\(content.id).\(number)",
                pieces: others.count,
                bytes: shape.fragmentLength,
                among: free
            )
            for (index, id) in zip(others, choice.targets) { places[index] = reached[id] }
        }
        let made = try await Repairer(health: health).make(
            orders.compactMap { order in
                places[order.index].map { .init(index: order.index, on: $0, isReadable: order.isReadable) }
            },
            of: number,
            in: layout,
            targets: { reached[$0] }
        )
        guard made.count == orders.count else {
            await drop(made)
            throw StorageError.tooFewTargets(needed: orders.count, available: made.count, reason: "")
        }
        let kept = partition.fragments.filter { !indices.contains($0.index) }
        layout.partitions[number].fragments = (kept + made).sorted { $0.index < $1.index }
        do {
            let now = layout
            return try await superseding(content) {
                try await contents.change(content, layout: now, state: state)
            }
        } catch let error as StorageError {
            await drop(made)
            throw error
        }
    }
}
