import Foundation
public import HawserCore
public import HawserQueue

/// Makes a tenant, here and in the cloud: `tenant.create`.
public enum TenantCreate: CloudJob {
    /// What is to be made.
    public struct Arguments: Codable, Sendable, Equatable {
        /// What the operator calls the tenant; no two have the same.
        public var tenantName: String

        private enum CodingKeys: String, CodingKey {
            case tenantName = "tenant_name"
        }

        /// A tenant.
        public init(tenantName: String) {
            self.tenantName = tenantName
        }
    }

    /// `tenant.create`.
    public static let name = "tenant.create"
    /// Create tenant failed.
    public static let failure = IaaSCode.tenantCreate
    /// Two of one name are not made side by side.
    public static let locks: (@Sendable (Arguments) -> [String])? = { ["tenant-name:\($0.tenantName)"] }

    /// The reply message as it is stored: with the API key sealed.
    ///
    /// - Throws: `CryptoError` when the master key is none.
    public static func sealed(tenant: String, apiKey: Secret, key: [UInt8]) throws -> JSON {
        let sealed = try Crypto.seal(Array(apiKey.revealed.utf8), key: key, context: context(of: tenant))
        return [
            "code": .int(Int64(IaaSCode.ok.rawValue)), "msg": .string(IaaSCode.ok.text),
            "tenant_id": .string(tenant), "apikey": .string(Data(sealed).base64EncodedString()),
        ]
    }

    /// The reply message as it is shown to the operator.
    ///
    /// - Throws: `CryptoError` when it was sealed with another key.
    public static func opened(_ reply: JSON, key: [UInt8]) throws -> JSON {
        guard var members = reply.object, let tenant = reply["tenant_id"]?.string,
            let sealed = reply["apikey"]?.string.flatMap({ Data(base64Encoded: $0) })
        else { return reply }
        let apiKey = try Crypto.open(Array(sealed), key: key, context: context(of: tenant))
        members["apikey"] = .string(String(decoding: apiKey, as: UTF8.self))
        return .object(members)
    }

    private static func context(of tenant: String) -> String { "tenant-apikey:\(tenant)" }

    /// A name that no tenant can have.
    public static func problems(in arguments: Arguments) -> [ArgumentProblem] {
        TenantKey.isName(arguments.tenantName)
            ? [] : [ArgumentProblem("tenant_name", "must be a text of 1 to 128 characters, none of them a control one")]
    }
}
