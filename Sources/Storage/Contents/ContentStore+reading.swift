import HawserCore
public import HawserMetadata

extension ContentStore {
    /// What can be said of a fragment without reading all of it.
    public enum FragmentState: String, Sendable {
        /// A file of the right length is there.
        case present
        /// There is none.
        case missing
        /// There is one of another length.
        case damaged
        /// Its target does not answer, is down, or is none of the store's any more.
        case unreachable
    }

    /// Opens a content, or a part of it, cut to what there is.
    ///
    /// - Parameters:
    ///   - id: the content.
    ///   - size: how many bytes its objects have.
    ///   - offset: where the part begins.
    ///   - length: how long it is; nil for all.
    /// - Returns: a reader of it.
    /// - Throws: `StorageError`, `missing` or `damaged` when the bytes are not those the metadata tells of, `wrongKey`;
    ///   `MetadataUnavailable`, `MetadataError`.
    func open(_ id: String, size: Int64, offset: Int64, length: Int64?) async throws -> ObjectReader {
        var last: ContentLayout?
        while true {
            guard let content = try await contents.find(id) else {
                throw StorageError.missing(target: "contents", path: id)
            }
            guard content.plainSize == size else {
                throw StorageError.damaged(object: id, reason: "\(content.size) bytes are kept of \(size)")
            }
            let start = min(max(0, offset), size)
            let count = min(max(0, length ?? size), size - start)
            do {
                return try await reader(content, start..<(start + count), of: size)
            } catch StorageError.missing(let target, let path) where content.layout != last {
                // It may just have been made durable.
                log.debug("a content moved while it was opened", ["content": id, "target": target, "path": path])
                last = content.layout
            }
        }
    }

    private func reader(_ content: StoredContent, _ range: Range<Int64>, of size: Int64) async throws -> ObjectReader {
        func stored(_ source: StoredBytes.Source) -> StoredBytes {
            StoredBytes(source: source, content: content.id, offset: range.lowerBound, length: Int64(range.count))
        }
        guard let encryption = content.encryption else { return ObjectReader(stored(try await source(content))) }
        let cipher = try keys.cipher(encryption, of: content.id)
        guard case .inline(let sealed) = content.layout else {
            let part = SealedPart(range, of: size, cipher, content: content.id)
            return ObjectReader(part, in: try await source(content))
        }
        // All of it is at hand, and empty files are looked at, too.
        let whole = SealedPart(0..<size, of: size, cipher, content: content.id)
        return ObjectReader(stored(.bytes(try whole.open(sealed, from: 0, to: cipher.shape.count(size)))))
    }

    private func source(_ content: StoredContent) async throws -> StoredBytes.Source {
        switch content.layout {
        case .inline(let bytes): return .bytes(bytes)
        case .staged(let path):
            let file = try await area.open(path)
            guard file.size == content.size else {
                throw StorageError.damaged(
                    object: content.id,
                    reason: "has \(file.size) bytes, not \(content.size)"
                )
            }
            return .file(file)
        case .coded(let layout):
            return .coded(CodedSource(layout, of: self, targets: try await targets.reachable(layout.targets)))
        }
    }

    /// Where a content is now, if that is elsewhere than it was.
    func moved(_ id: String, from layout: CodedLayout) async -> CodedSource? {
        do {
            guard let content = try await contents.find(id), case .coded(let now) = content.layout, now != layout else {
                return nil
            }
            return CodedSource(now, of: self, targets: try await targets.reachable(now.targets))
        } catch {
            log.warning("cannot look where a content is now", ["content": id, "error": "\(error)"])
            return nil
        }
    }

    /// How the fragments of a layout are, by partition, in their order there; those of targets that do not answer soon
    /// are `unreachable`.
    ///
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func fragmentStates(of layout: CodedLayout) async throws -> [[FragmentState]] {
        let reached = try await targets.reachable(layout.targets)
        let fragments = layout.partitions.enumerated().flatMap { number, partition in
            partition.fragments.enumerated().map { (number: number, place: $0, fragment: $1) }
        }
        let lengths = try layout.partitions.map {
            try PartitionShape(k: layout.k, m: layout.m, cell: layout.cell, length: $0.length).fragmentLength
        }
        var states = layout.partitions.map { $0.fragments.map { _ in FragmentState.unreachable } }
        await withTaskGroup(of: [(Int, Int, FragmentState)].self) { group in
            // Target by target, so that one that hangs is given up after its first.
            for (id, fragments) in Dictionary(grouping: fragments, by: \.fragment.target) {
                guard let target = reached[id] else { continue }
                group.addTask {
                    var found: [(Int, Int, FragmentState)] = []
                    for (number, place, fragment) in fragments {
                        let state = await Patience.wait(self.patience) {
                            await Self.state(of: fragment, on: target, length: lengths[number])
                        }
                        guard let state else { break }
                        found.append((number, place, state))
                    }
                    return found
                }
            }
            for await found in group {
                for (number, place, state) in found { states[number][place] = state }
            }
        }
        return states
    }

    private static func state(
        of fragment: CodedLayout.Fragment,
        on target: any Target,
        length: Int64
    ) async -> FragmentState {
        do {
            return try await target.open(fragment.path).size == length ? .present : .damaged
        } catch StorageError.missing {
            return .missing
        } catch {
            return .unreachable
        }
    }
}

extension StoredContent {
    /// How many bytes its objects have; nil when so many are never kept.
    fileprivate var plainSize: Int64? {
        encryption.map { $0.segments.plainSize(size) } ?? size
    }
}

/// Where the bytes of a coded content are read from.
struct CodedSource: Sendable {
    let layout: CodedLayout
    private let store: ContentStore
    private let targets: [String: any Target]

    init(_ layout: CodedLayout, of store: ContentStore, targets: [String: any Target]) {
        self.layout = layout
        self.store = store
        self.targets = targets
    }

    /// A reader of a part; what it cannot use is repaired.
    func reader(offset: Int64, length: Int64) -> CodedReader {
        let (store, content) = (store, layout.content)
        return CodedReader(
            layout,
            offset: offset,
            length: length,
            targets: { [targets] in targets[$0] },
            health: store.health,
            onBadFragment: { bad in
                guard bad.reason != .slow else { return }
                Task {
                    let fragment = bad.fragment
                    await store.degrade(
                        content,
                        because: "target \(fragment.target), \(fragment.path): \(bad.reason)"
                    )
                }
            }
        )
    }

    /// The same content where it is now, if that is elsewhere.
    func moved() async -> CodedSource? {
        await store.moved(layout.content, from: layout)
    }
}
