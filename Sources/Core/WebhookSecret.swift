import Foundation

/// A secret that calls to other servers are signed with (Standard Webhooks 1.0, symmetric); prints as `***`.
public struct WebhookSecret: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// How long a secret may be that was given, in bytes (Standard Webhooks 1.0).
    public static let lengths = 24...64
    private static let prefix = "whsec_"

    private let key: [UInt8]

    /// The secret of a tenant.
    ///
    /// It is derived from the master key and the tenant's id: the REST front can show it and every worker can sign with
    /// it, and nobody stores it. A new master key makes new secrets.
    ///
    /// - Parameters:
    ///   - master: the master key, 32 bytes.
    ///   - tenant: the tenant's id.
    /// - Throws: `CryptoError`.
    public init(master: [UInt8], tenant: String) throws {
        key = try Crypto.derive(key: master, label: "webhook:\(tenant)")
    }

    /// A secret as `text` has it, with or without `whsec_`; nil when it is none or not as long as `lengths` says.
    public init?(_ text: String) {
        let base64 = text.hasPrefix(Self.prefix) ? String(text.dropFirst(Self.prefix.count)) : text
        guard let key = Data(base64Encoded: base64), Self.lengths.contains(key.count) else { return nil }
        self.key = Array(key)
    }

    /// The secret as receivers' libraries take it: `whsec_` and base64.
    public var text: Secret {
        Secret(Self.prefix + Data(key).base64EncodedString())
    }

    /// The value of the header `webhook-signature`.
    ///
    /// - Parameters:
    ///   - id: the value of `webhook-id`, the same for all attempts.
    ///   - seconds: the value of `webhook-timestamp`, Unix seconds of this attempt.
    ///   - body: the bytes that are sent.
    /// - Returns: version and signature: `v1,` and base64.
    public func signature(id: String, seconds: Int64, body: [UInt8]) -> String {
        let message = Array("\(id).\(seconds).".utf8) + body
        return "v1," + Data(Crypto.hmacSHA256(key: key, message: message)).base64EncodedString()
    }

    /// Three stars.
    public var description: String { "***" }
    /// Nothing to reflect on.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
