import Foundation
import HawserCore

/// Chooses targets by weighted rendezvous hashing: each target draws a number from the key and its id, the highest win.
///
/// So the choice depends on nothing but the targets there are, and one more target takes over its share of all keys while
/// everything else stays where it is.
public enum Placement {
    /// A target that may be chosen.
    public struct Candidate: Sendable, Hashable {
        /// The target's id.
        public var id: String
        /// Its share compared with the others'; nothing is put where it is 0.
        public var weight: Double
        /// What fails together, such as a machine; nil when it fails alone.
        public var zone: String?
        /// Whether it takes new bytes: it is neither draining nor down.
        public var isOpen: Bool
        /// How many more bytes there is room for; nil when that is not known.
        public var freeSpace: Int64?

        /// A target; by default one like every other.
        public init(
            id: String,
            weight: Double = 1,
            zone: String? = nil,
            isOpen: Bool = true,
            freeSpace: Int64? = nil
        ) {
            self.id = id
            self.weight = weight
            self.zone = zone
            self.isOpen = isOpen
            self.freeSpace = freeSpace
        }
    }

    /// The targets of a partition.
    public struct Choice: Sendable, Hashable {
        /// The targets for the fragments, in order.
        public var targets: [String]
        /// Those to use when one of them fails, the best first.
        public var spares: [String]
    }

    /// How much of a target stays unused: a disk filled to its last byte is in trouble.
    static let reserve: Int64 = 64 << 20

    /// Chooses targets, all different, and of different zones as far as there are enough.
    ///
    /// - Parameters:
    ///   - key: what is placed.
    ///   - pieces: how many targets it takes.
    ///   - bytes: how many go to each.
    ///   - candidates: the targets there are.
    /// - Returns: the targets, and as many spares as there are pieces, at most 10.
    /// - Throws: `StorageError.tooFewTargets`.
    public static func choose(
        key: String,
        pieces: Int,
        bytes: Int64 = 0,
        among candidates: [Candidate]
    ) throws -> Choice {
        let ranked = rank(key, candidates.filter { takes(bytes, $0) })
        guard ranked.count >= pieces else {
            throw StorageError.tooFewTargets(
                needed: pieces,
                available: ranked.count,
                reason: "of \(candidates.count), the others are full, draining or down"
            )
        }
        let spares = min(10, pieces, ranked.count - pieces)
        return Choice(targets: Array(ranked[..<pieces]), spares: Array(ranked[pieces...].prefix(spares)))
    }

    /// Whether a target can be given so many bytes.
    public static func takes(_ bytes: Int64, _ candidate: Candidate) -> Bool {
        candidate.isOpen && candidate.weight > 0 && candidate.freeSpace.map { $0 >= bytes + reserve } ?? true
    }

    /// The best of each zone first, then the second best of each, and so on.
    private static func rank(_ key: String, _ candidates: [Candidate]) -> [String] {
        let drawn = candidates.map { (candidate: $0, score: score(key, $0)) }
            .sorted { ($0.score, $0.candidate.id) > ($1.score, $1.candidate.id) }
        var taken: [String: Int] = [:]
        let rounds = drawn.map { entry -> Int in
            guard let zone = entry.candidate.zone else { return 0 }
            defer { taken[zone, default: 0] += 1 }
            return taken[zone, default: 0]
        }
        return zip(rounds, drawn.indices).sorted { $0 < $1 }.map { drawn[$0.1].candidate.id }
    }

    /// -w / ln(h) for a hash h in (0, 1): the highest of several falls to each with a chance like its weight.
    private static func score(_ key: String, _ candidate: Candidate) -> Double {
        let digest = Digest.sha256(Array("\(key)\0\(candidate.id)".utf8))
        let number = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        // 53 bits, the half keeps off both ends.
        let hash = (Double(number >> 11) + 0.5) / Double(1 << 53 as UInt64)
        return -candidate.weight / log(hash)
    }
}
