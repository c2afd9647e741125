public import HawserMetadata

/// Which layout content gets, by its size and the number of targets.
extension LayoutPolicy {
    /// A layout of one content.
    public enum Choice: Sendable, Hashable {
        /// In the metadata itself.
        case inline
        /// In fragments on k + m targets; whole copies have k = 1.
        case coded(k: Int, m: Int)
    }

    /// The largest content that is kept in the metadata, in bytes.
    public static let inlineLimit: Int64 = 8192
    /// The largest content that is kept in copies where there are targets for a code, in bytes.
    public static let copiesLimit: Int64 = 1 << 20
    /// How many copies there are of such content, where there are as many targets.
    public static let copies = 3
    /// The longest partition, in bytes.
    public static let partitionLimit: Int64 = 256 << 20

    /// The layout for content of a size.
    ///
    /// - Parameters:
    ///   - size: in bytes.
    ///   - targets: how many can be written to.
    /// - Returns: the layout.
    /// - Throws: `StorageError.tooFewTargets` when there is none, or are fewer than what was fixed needs;
    ///   `StorageError.badLayout` when what was fixed does not exist.
    public func choose(size: Int64, targets: Int) throws -> Choice {
        if size <= Self.inlineLimit { return .inline }
        guard targets >= fewestTargets else {
            throw StorageError.tooFewTargets(needed: fewestTargets, available: targets, reason: "")
        }
        switch self {
        case .automatic:
            return size <= Self.copiesLimit || targets < 3 ? Self.copied(targets) : Self.erasureCode(targets)
        case .replicas: return Self.copied(targets)
        case .erasure: return Self.erasureCode(targets)
        case .code(let k, let m):
            let code = try ErasureCode.shared(k: k, m: m)
            return .coded(k: code.k, m: code.m)
        }
    }

    /// How many targets it takes at least.
    public var fewestTargets: Int {
        switch self {
        case .automatic, .replicas: 1
        case .erasure: 3
        case .code(let k, let m): k + m
        }
    }

    /// The lengths of the partitions of content: as few as can be, equal, and the last takes the rest.
    ///
    /// That rest is less than their number, so that the last may be longer than `limit` by some bytes.
    public static func partitions(size: Int64, limit: Int64 = partitionLimit) -> [Int64] {
        let count = (size + limit - 1) / limit
        guard count > 0 else { return [] }
        let part = size / count
        return (1..<count).map { _ in part } + [size - part * (count - 1)]
    }

    private static func copied(_ targets: Int) -> Choice {
        .coded(k: 1, m: min(copies, targets) - 1)
    }

    private static func erasureCode(_ targets: Int) -> Choice {
        switch targets {
        case ..<6: .coded(k: 2, m: 1)
        case ..<12: .coded(k: 4, m: 2)
        case ..<22: .coded(k: 8, m: 4)
        case ..<40: .coded(k: 16, m: 6)
        default: .coded(k: 32, m: 8)
        }
    }
}
