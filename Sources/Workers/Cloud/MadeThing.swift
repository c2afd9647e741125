import Synchronization

/// What a step made in a cloud.
struct MadeThing: Codable, Sendable {
    /// Its id.
    var id: String
    /// Whether it was asked for again after a run that died while it asked and had made nothing that could be seen:
    /// its request may have been heard all the same, later.
    var isRepeated: Bool
}

/// Whether a step of this run looked for what an earlier run had made.
final class LookedBack: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set() { flag.store(true, ordering: .relaxed) }
}
