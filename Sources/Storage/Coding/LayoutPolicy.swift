/// Which layout content gets, by its size and the number of targets.
public enum LayoutPolicy: Sendable, Hashable {
    /// By the table of `choose`.
    case automatic
    /// So many whole copies on different targets.
    case copies(Int)
    /// A Reed-Solomon code.
    case erasure(k: Int, m: Int)

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
        switch self {
        case .automatic:
            guard targets > 0 else { throw StorageError.tooFewTargets(needed: 1, available: 0, reason: "") }
            return Self.table(size: size, targets: targets)
        case .copies(let count): return try Self.fixed(k: 1, m: count - 1, targets: targets)
        case .erasure(let k, let m): return try Self.fixed(k: k, m: m, targets: targets)
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

    private static func table(size: Int64, targets: Int) -> Choice {
        if size <= copiesLimit || targets < 3 { return .coded(k: 1, m: min(copies, targets) - 1) }
        switch targets {
        case ..<6: return .coded(k: 2, m: 1)
        case ..<12: return .coded(k: 4, m: 2)
        case ..<22: return .coded(k: 8, m: 4)
        case ..<40: return .coded(k: 16, m: 6)
        default: return .coded(k: 32, m: 8)
        }
    }

    private static func fixed(k: Int, m: Int, targets: Int) throws -> Choice {
        let code = try ErasureCode.shared(k: k, m: m)
        guard code.count <= targets else {
            throw StorageError.tooFewTargets(needed: code.count, available: targets, reason: "")
        }
        return .coded(k: k, m: m)
    }
}
