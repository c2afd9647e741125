import HawserCore
public import HawserMetadata

/// Removes fragments, as far as their targets let them.
public enum FragmentRemoval {
    /// Removes fragments; what fails is logged and remains, and is what `store.collect` looks for.
    ///
    /// - Returns: how many could not be removed.
    @discardableResult
    public static func remove(_ fragments: [CodedLayout.Fragment], from targets: [any Target]) async -> Int {
        let byID = Dictionary(targets.map { ($0.id, $0) }) { first, _ in first }
        // Target by target, so that one that hangs is given up after its first.
        let grouped = Dictionary(grouping: fragments, by: \.target)
        // In a task of its own: what a cancelled task has written is to be removed, too.
        let removal = Task {
            await withTaskGroup(of: Int.self) { group in
                for (id, fragments) in grouped {
                    group.addTask { await remove(fragments.map(\.path), id, byID[id]) }
                }
                return await group.reduce(0, +)
            }
        }
        return await removal.value
    }

    private static func remove(_ paths: [String], _ id: String, _ target: (any Target)?) async -> Int {
        for (number, path) in paths.enumerated() {
            do {
                guard let target else { throw StorageError.unknownTarget(id) }
                try await target.remove(path)
            } catch {
                let count = paths.count - number
                Log("coding").warning("fragments are left", ["target": id, "count": count, "error": "\(error)"])
                return count
            }
        }
        return 0
    }
}
