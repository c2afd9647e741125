public import HawserCore
public import HawserQueue

/// Takes the connection between two routers away: `peer_link.delete`.
public enum PeerLinkDelete: CloudJob {
    /// Both sides, as they were named when the link was made.
    public typealias Arguments = PeerLinkCreate.Arguments

    /// `peer_link.delete`.
    public static let name = "peer_link.delete"
    /// Delete peer link failed.
    public static let failure = IaaSCode.peerDelete
    /// The routers.
    public static let locks = PeerLinkCreate.locks

    /// What no cloud would take.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        PeerLinkCreate.problems(in: arguments)
    }
}
