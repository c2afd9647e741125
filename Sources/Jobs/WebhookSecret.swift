import Foundation
public import HawserCore

/// The secret that a tenant's webhooks are signed with (Standard Webhooks 1.0, symmetric).
///
/// It is derived from the master key and the tenant's id: the REST front can show it and every worker can sign with
/// it, and nobody stores it. A new master key makes new secrets.
public struct WebhookSecret: Sendable {
    private let key: [UInt8]

    /// The secret of a tenant.
    ///
    /// - Parameters:
    ///   - master: the master key, 32 bytes.
    ///   - tenant: the tenant's id.
    /// - Throws: `CryptoError`.
    public init(master: [UInt8], tenant: String) throws {
        key = try Crypto.derive(key: master, label: "webhook:\(tenant)")
    }

    /// The secret as receivers' libraries take it: `whsec_` and base64.
    public var text: Secret {
        Secret("whsec_" + Data(key).base64EncodedString())
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
}
