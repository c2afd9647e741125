/// Which of a service's endpoints to use.
public enum CloudInterface: String, Sendable, Hashable {
    /// The one for everybody.
    case `public`
    /// The one inside the cloud's network.
    case `internal`
    /// The one for administrators.
    case admin

    /// Reads `public` and the older `publicURL`; nil for anything else.
    public init?(named name: String) {
        self.init(rawValue: name.hasSuffix("URL") ? String(name.dropLast(3)) : name)
    }
}
