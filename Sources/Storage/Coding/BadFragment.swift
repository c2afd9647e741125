public import HawserMetadata
import Synchronization

/// A fragment that could not be used for a read.
public struct BadFragment: Sendable, Hashable {
    /// What is wrong with it.
    public enum Reason: Sendable, Hashable {
        /// Its target has no such file.
        case missing
        /// Its bytes are not those that were written.
        case damaged
        /// Its target failed, or took longer than its deadline.
        case failed(String)
        /// Others were faster by far.
        case slow
    }

    /// The number of its partition.
    public let partition: Int
    /// The fragment.
    public let fragment: CodedLayout.Fragment
    /// What is wrong with it.
    public let reason: Reason
}

/// Tells of each bad fragment once.
final class BadFragments: Sendable {
    private let tell: (@Sendable (BadFragment) -> Void)?
    private let told = Mutex<Set<CodedLayout.Fragment>>([])

    init(_ tell: (@Sendable (BadFragment) -> Void)?) {
        self.tell = tell
    }

    func report(_ bad: BadFragment) {
        if let tell, told.withLock({ $0.insert(bad.fragment).inserted }) { tell(bad) }
    }
}
