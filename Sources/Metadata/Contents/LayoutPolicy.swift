/// How content is to be laid out over targets.
public enum LayoutPolicy: Sendable, Hashable {
    /// By its size and the number of targets.
    case automatic
    /// Whole copies, whatever its size: as many as automatic ones.
    case replicas
    /// A Reed-Solomon code, whatever its size: that of the number of targets.
    case erasure
    /// k + m fragments, of which any k give the content back; with k = 1 they are whole copies.
    case code(k: Int, m: Int)

    /// The policy as a text: `automatic`, `replicas`, `erasure`, or `8+4`.
    public var text: String {
        switch self {
        case .automatic: "automatic"
        case .replicas: "replicas"
        case .erasure: "erasure"
        case .code(let k, let m): "\(k)+\(m)"
        }
    }

    /// The policy of a text; nil when it is none: a code has k and m from 1 on, at most 255 together.
    public init?(_ text: String) {
        switch text {
        case "automatic": self = .automatic
        case "replicas": self = .replicas
        case "erasure": self = .erasure
        default:
            let numbers = text.split(separator: "+", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
            guard numbers.count == 2, numbers.allSatisfy({ (1...254).contains($0) }), numbers[0] + numbers[1] <= 255
            else { return nil }
            let code = LayoutPolicy.code(k: numbers[0], m: numbers[1])
            // One way to write it: no `+8`, no `08`.
            guard code.text == text else { return nil }
            self = code
        }
    }

    /// The policy a field of a document says.
    init(_ text: String, field: String) throws {
        guard let policy = LayoutPolicy(text) else { throw BSONFieldError(field: field, isMissing: false) }
        self = policy
    }
}
