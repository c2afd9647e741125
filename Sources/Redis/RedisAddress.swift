import Foundation
public import HawserCore

/// Where a Redis is, and who to be there.
public struct RedisAddress: Sendable, Hashable, CustomStringConvertible {
    /// How it is reached.
    public enum Endpoint: Sendable, Hashable {
        /// A host name or address and a port.
        case tcp(host: String, port: UInt16)
        /// The path of a socket.
        case unix(path: String)
    }

    /// How it is reached.
    public var endpoint: Endpoint
    /// Whether TLS is spoken.
    public var usesTLS = false
    /// A file of certificates to trust in place of the system's (`?ca=` in the URL).
    public var certificateAuthority: String?
    /// The ACL user; nil for the default user.
    public var user: String?
    /// The password.
    public var password: Secret?
    /// The number of the database.
    public var database = 0

    /// An address without login.
    public init(_ endpoint: Endpoint) {
        self.endpoint = endpoint
    }

    /// Reads `redis://[user:password@]host[:port][/database]`, `rediss://…` (TLS) or `unix:///path[?db=1]`.
    ///
    /// User and password are percent-encoded. `?ca=/path.pem` names the certificates a `rediss` server is checked with.
    ///
    /// - Throws: `RedisError.badURL`, which never repeats the URL because of the password in it.
    public init(url text: String) throws {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else {
            throw RedisError.badURL("not a URL")
        }
        var queries: [String: String] = [:]
        for item in parts.queryItems ?? [] {
            guard ["ca", "db"].contains(item.name) else {
                throw RedisError.badURL("unknown parameter \(item.name), known: ca, db")
            }
            queries[item.name] = item.value
        }
        var number = queries["db"]
        switch scheme {
        case "unix":
            guard !parts.path.isEmpty else { throw RedisError.badURL("a unix URL needs the path of a socket") }
            endpoint = .unix(path: parts.path)
        case "redis", "rediss":
            let host = parts.host.map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "[]")) } ?? ""
            guard let port = UInt16(exactly: parts.port ?? 6379), port > 0 else {
                throw RedisError.badURL("the port must be 1 to 65535")
            }
            endpoint = .tcp(host: host.isEmpty ? "127.0.0.1" : host, port: port)
            usesTLS = scheme == "rediss"
            let path = parts.path.drop { $0 == "/" }
            if !path.isEmpty { number = String(path) }
        default:
            throw RedisError.badURL("the scheme must be redis, rediss or unix")
        }
        if let number {
            guard let database = Int(number), database >= 0 else {
                throw RedisError.badURL("the database must be a number")
            }
            self.database = database
        }
        certificateAuthority = queries["ca"]
        if let user = parts.user, !user.isEmpty { self.user = user }
        if let password = parts.password, !password.isEmpty { self.password = Secret(password) }
    }

    /// The address without user and password.
    public var description: String {
        switch endpoint {
        case .unix(let path): "unix://\(path)"
        case .tcp(let host, let port):
            "\(usesTLS ? "rediss" : "redis")://\(host.contains(":") ? "[\(host)]" : host):\(port)/\(database)"
        }
    }
}
