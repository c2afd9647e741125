import HawserCore
public import HawserMetadata
import Synchronization

extension ContentStore {
    /// Ends an encoding before its time.
    private struct Rest: Error {
        let content: StoredContent
    }

    /// Makes a staged content durable: its bytes go to targets, are verified there, and the staged copy goes.
    ///
    /// It can be read all the time. Done again after a crash it goes on with the first partition that is not on its
    /// targets; a content that is not staged is left as it is.
    ///
    /// - Parameters:
    ///   - id: the content.
    ///   - moment: when to stop after a partition, with the content still staged; nil: when all is done.
    ///   - acceptsFewer: whether a code for fewer targets will do when some of those there are fail while they are
    ///     written to.
    ///   - progress: called with the number of bytes that are done, and of all.
    /// - Returns: the content as it is then; nil when it is gone.
    /// - Throws: `StorageError`: `tooFewTargets`, `damaged` when the staged copy is, `superseded`;
    ///   `MetadataUnavailable`, `MetadataError`; `CancellationError`.
    public func encode(
        _ id: String,
        until moment: ContinuousClock.Instant? = nil,
        acceptsFewer: Bool = false,
        progress: (@Sendable (_ done: Int64, _ total: Int64) async -> Void)? = nil
    ) async throws -> StoredContent? {
        guard let content = try await contents.find(id), content.state == .staged,
            case .staged(let path) = content.layout
        else { return try await contents.find(id) }
        return try await inTurn(content) {
            var most = Int.max
            while true {
                let plan = try await plan(content, atMost: most)
                do {
                    let made = try await encode(content, from: path, plan, until: moment, progress)
                    await removeStaged(path, of: id)
                    return made
                } catch let rest as Rest {
                    return rest.content
                } catch StorageError.tooFewTargets(let needed, let available, let reason)
                    where acceptsFewer && available < needed && available > 0 && available < most
                {
                    log.warning(
                        "targets fail: a code for fewer is taken",
                        ["content": id, "needed": needed, "available": available, "cause": reason]
                    )
                    most = available
                }
            }
        }
    }

    /// The code a content gets, and the partitions that are done.
    private func plan(_ content: StoredContent, atMost most: Int) async throws -> CodedLayout {
        let open = try await targets.candidates().count { Placement.takes(0, $0) }
        let usable = min(open, most)
        if let partial = content.partial, partial.k + partial.m <= usable { return partial }
        guard case .coded(let k, let m) = try content.policy.choose(size: content.size, targets: usable) else {
            throw StorageError.badLayout(reason: "content \(content.id) is too small to be staged")
        }
        return CodedLayout(content: content.id, k: k, m: m, cell: ContentEncoder.cell, partitions: [])
    }

    private func encode(
        _ found: StoredContent,
        from path: String,
        _ plan: CodedLayout,
        until moment: ContinuousClock.Instant?,
        _ progress: (@Sendable (Int64, Int64) async -> Void)?
    ) async throws -> StoredContent {
        let lengths = LayoutPolicy.partitions(size: found.size, limit: partitionLimit)
        let state = Mutex((content: found, layout: plan))
        if let former = found.partial, former != plan {
            // It was begun for more targets than there are now.
            let anew = try await superseding(found) { try await contents.advance(found, to: plan) }
            state.withLock { $0.content = anew }
            await drop(former.partitions.flatMap(\.fragments))
        }
        let layout = try await ContentEncoder(health: health).encode(
            .init(
                content: found.id,
                path: area.path(of: path),
                size: found.size,
                sha256: found.sha256,
                k: plan.k,
                m: plan.m,
                cell: plan.cell,
                partitionLimit: partitionLimit
            ),
            targets: { try await place(found.id, $0, lengths[$0], plan) },
            done: plan.partitions,
            onPartition: { number, partition in
                let (now, partial) = state.withLock { state in
                    state.layout.partitions.append(partition)
                    return (state.content, state.layout)
                }
                // The last one comes with all that is left to be said.
                guard number + 1 < lengths.count else { return }
                do {
                    let next = try await self.superseding(now) { try await self.contents.advance(now, to: partial) }
                    state.withLock { $0.content = next }
                    if let moment, ContinuousClock.now >= moment { throw Rest(content: next) }
                } catch let error as StorageError {
                    await self.drop(partition.fragments)
                    throw error
                }
            },
            progress: { done in await progress?(done, found.size) }
        )
        let last = state.withLock { $0.content }
        do {
            return try await superseding(last) { try await contents.change(last, layout: layout, state: .durable) }
        } catch let error as StorageError {
            // The partitions before are named, and go with whoever changed it.
            await drop(layout.partitions.last?.fragments ?? [])
            throw error
        }
    }

    /// The targets for a partition, the best first.
    private func place(
        _ content: String,
        _ number: Int,
        _ length: Int64,
        _ code: CodedLayout
    ) async throws -> [any Target] {
        let shape = try PartitionShape(k: code.k, m: code.m, cell: code.cell, length: length)
        let choice = try Placement.choose(
            key: "\(content).\(number)",
            pieces: shape.count,
            bytes: shape.fragmentLength,
            among: try await targets.candidates()
        )
        let reached = try await targets.reachable()
        return (choice.targets + choice.spares).compactMap { reached[$0] }
    }

    /// Makes a change that is refused when somebody else made one.
    func superseding(
        _ content: StoredContent,
        _ change: @Sendable () async throws -> StoredContent?
    ) async throws -> StoredContent {
        guard let changed = try await change() else { throw StorageError.superseded(content: content.id) }
        return changed
    }

    private func removeStaged(_ path: String, of id: String) async {
        do {
            try await area.remove(path)
        } catch {
            log.warning("a staged copy is left to be collected", ["content": id, "error": "\(error)"])
        }
    }
}
