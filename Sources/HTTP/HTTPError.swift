/// What can go wrong between this server and one client.
public enum HTTPError: Error, Equatable, CustomStringConvertible {
    /// The body is longer than the reader allows.
    case bodyTooLarge(limit: Int)
    /// The client went away.
    case disconnected
    /// The body does not follow its format; the text says where.
    case malformedBody(String)
    /// A response stream wrote another number of bytes than it had announced.
    case wrongLength(announced: Int64, written: Int64)
    /// A server could not be started.
    case cannotListen(String)

    /// The error in words.
    public var description: String {
        switch self {
        case .bodyTooLarge(let limit): "the body is longer than \(limit) bytes"
        case .disconnected: "the client went away"
        case .malformedBody(let reason): "malformed body: \(reason)"
        case .wrongLength(let announced, let written): "announced \(announced) bytes of body, wrote \(written)"
        case .cannotListen(let reason): "cannot listen: \(reason)"
        }
    }
}
