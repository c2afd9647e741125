public import HawserCore

/// Where an S3-compatible store is, and as whom it is asked.
public struct S3Account: Sendable, Hashable {
    /// Scheme, host and port, without a path: `https://s3.example.org`, `http://127.0.0.1:7480`.
    public var endpoint: String
    /// The region that requests are signed for; stores that have none take any.
    public var region: String
    /// The access key's id.
    public var accessKey: String
    /// The secret that requests are signed with.
    public var secretKey: Secret

    /// An account by all its parts.
    public init(endpoint: String, region: String, accessKey: String, secretKey: Secret) {
        self.endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
        self.region = region
        self.accessKey = accessKey
        self.secretKey = secretKey
    }

    /// The value of the header `Host`; nil when the endpoint is not `http://` or `https://` with a host and nothing after it.
    public var host: String? {
        for (scheme, port) in [("https://", ":443"), ("http://", ":80")] where endpoint.hasPrefix(scheme) {
            let host = String(endpoint.dropFirst(scheme.count))
            let allowed = host.utf8.allSatisfy { byte in
                switch byte {
                // Letters, digits, and `-` `.` `:` `[` `]` of names, ports and IPv6 addresses.
                case 48...57, 65...90, 97...122, 45, 46, 58, 91, 93: true
                default: false
                }
            }
            guard !host.isEmpty, allowed else { return nil }
            // HTTP clients leave the usual port out.
            return host.hasSuffix(port) ? String(host.dropLast(port.count)) : host
        }
        return nil
    }
}
