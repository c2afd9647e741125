public import HawserCore
public import HawserMetadata

/// Removes fragments, as far as their targets let them.
public enum FragmentRemoval {
    /// Removes fragments; what fails is logged and remains, and is what `store.collect` looks for.
    ///
    /// A target that hangs is not waited for long: it goes on beside what the caller does next.
    ///
    /// - Parameters:
    ///   - fragments: what to remove.
    ///   - targets: those they are on.
    ///   - patience: how long to wait for it.
    public static func remove(
        _ fragments: [CodedLayout.Fragment],
        from targets: [any Target],
        patience: Duration = Patience.usual
    ) async {
        let byID = Dictionary(targets.map { ($0.id, $0) }) { first, _ in first }
        // Target by target, so that one that hangs is given up after its first.
        let grouped = Dictionary(grouping: fragments, by: \.target)
        await Patience.wait(patience) {
            await withTaskGroup(of: Void.self) { group in
                for (id, fragments) in grouped {
                    group.addTask { await remove(fragments.map(\.path), id, byID[id]) }
                }
            }
        }
    }

    private static func remove(_ paths: [String], _ id: String, _ target: (any Target)?) async {
        for (number, path) in paths.enumerated() {
            do {
                guard let target else { throw StorageError.unknownTarget(id) }
                try await target.remove(path)
            } catch {
                let count = paths.count - number
                Log("coding").warning("fragments are left", ["target": id, "count": count, "error": "\(error)"])
                return
            }
        }
    }
}
