import Foundation
import HawserCore

/// Where the notifications of a cloud are: a RabbitMQ, who to be there, and which exchanges and topic to listen to.
public struct NotificationSource: Sendable, CustomStringConvertible {
    /// One node of the RabbitMQ.
    struct Host: Sendable, CustomStringConvertible {
        var name: String
        var port: UInt16
        var user: String
        var password: Secret

        var description: String { "\(name.contains(":") ? "[\(name)]" : name):\(port)" }
    }

    /// A URL that cannot be used; never repeats it, because of the password in it.
    public struct BadURL: Error, CustomStringConvertible {
        /// What is wrong with it.
        public let description: String
    }

    /// Where the services whose things are waited for send to: oslo.messaging's `control_exchange` of nova, of cinder
    /// and manila, and the default, which services have that set none.
    public static let exchanges = ["nova", "cinder", "manila", "openstack"]
    /// oslo.messaging's default topic.
    public static let topic = "notifications"

    /// The nodes, of which one is connected to at a time.
    let hosts: [Host]
    /// The virtual host.
    let virtualHost: String
    /// Whether TLS is spoken.
    let usesTLS: Bool
    /// A file of certificates to trust in place of the system's.
    let certificateAuthority: String?
    /// The exchanges to listen to, those that there are.
    let exchanges: [String]
    /// The topic: messages have the routing keys `TOPIC.info`, `TOPIC.error` and so on.
    let topic: String

    /// Reads `amqp://[user:password@]host[:port][,…][/vhost]`, `amqps://…` (TLS), or oslo's `rabbit://…`.
    ///
    /// User and password are percent-encoded. Parameters: `exchanges=nova,…`, `topic=notifications`, and `ca=/path.pem`
    /// with the certificates an `amqps` server is checked with.
    ///
    /// - Throws: `BadURL`.
    public init(url text: String) throws {
        let halves = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, let scheme = halves.first?.lowercased(), let rest = halves.last else {
            throw BadURL(description: "not a URL")
        }
        guard ["amqp", "amqps", "rabbit"].contains(scheme) else {
            throw BadURL(description: "the scheme must be amqp, amqps or rabbit")
        }
        let isTLS = scheme == "amqps"
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let places = (parts.first ?? "").split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var queries = ["exchanges": Self.exchanges.joined(separator: ","), "topic": Self.topic, "ca": ""]
        for item in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let pair = item.split(separator: "=", maxSplits: 1).map { String($0).removingPercentEncoding ?? String($0) }
            guard pair.count == 2, queries[pair[0]] != nil else {
                throw BadURL(description: "a parameter that is none of exchanges=, topic= and ca=")
            }
            queries[pair[0]] = pair[1]
        }
        hosts = try (places.first ?? "").split(separator: ",").map { try Self.host(String($0), isTLS ? 5671 : 5672) }
        guard !hosts.isEmpty else { throw BadURL(description: "it names no host") }
        let path = places.count > 1 ? String(places[1]) : ""
        virtualHost = path.isEmpty ? "/" : path.removingPercentEncoding ?? path
        usesTLS = isTLS
        certificateAuthority = queries["ca"].flatMap { $0.isEmpty ? nil : $0 }
        exchanges = (queries["exchanges"] ?? "").split(separator: ",").map(String.init)
        topic = queries["topic"] ?? Self.topic
        guard !exchanges.isEmpty, !topic.isEmpty else { throw BadURL(description: "exchanges and topic need a name") }
    }

    private static func host(_ text: String, _ fallback: UInt16) throws -> Host {
        let halves = text.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        guard halves.count <= 2, let place = halves.last else { throw BadURL(description: "a host with two @") }
        var (user, password) = ("guest", "guest")
        if halves.count == 2 {
            let login = halves[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                .map { String($0).removingPercentEncoding ?? String($0) }
            (user, password) = (login[0], login.count > 1 ? login[1] : "")
        }
        // Parsed as a URL of its own for the sake of addresses in brackets.
        guard let parts = URLComponents(string: "amqp://\(place)"), parts.path.isEmpty, let name = parts.host,
            !name.isEmpty, let port = UInt16(exactly: parts.port ?? Int(fallback)), port > 0
        else { throw BadURL(description: "a host that is not HOST or HOST:PORT") }
        let bare = name.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        return Host(name: bare, port: port, user: user, password: Secret(password))
    }

    /// The URL without user, password and parameters.
    public var description: String {
        let path = virtualHost == "/" ? "" : virtualHost
        return "\(usesTLS ? "amqps" : "amqp")://\(hosts.map(\.description).joined(separator: ","))/\(path)"
    }
}
