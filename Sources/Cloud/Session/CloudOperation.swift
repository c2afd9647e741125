/// What was asked of a cloud: method, service and path, without query and without secrets.
public struct CloudOperation: Sendable, Hashable, CustomStringConvertible {
    /// The method: `POST`.
    public let method: String
    /// The service.
    public let service: CloudService
    /// The path below the service's endpoint: `/servers/4f…/action`.
    public let path: String

    /// In one line: `POST compute /servers`.
    public var description: String { "\(method) \(service.rawValue) \(path)" }
}
