public import HawserCore

/// A tenant that registered with the file store by an e-mail address.
public struct Registration: Sendable, Hashable {
    /// The tenant.
    public let tenant: String
    /// The address, as it was given.
    public let email: String
    /// Whether the address is known to be the tenant's.
    public let isVerified: Bool
    /// The code that is to be sent back, sealed; nil: none is wanted.
    public let sealedCode: [UInt8]?
    /// Names the code, and is the id of the job that mails it.
    public let codeID: String
    /// When the code was made.
    public let codeMade: Timestamp
    /// Wrong codes and mails since `countedFrom`.
    public let tries: Int64
    /// From when tries count.
    public let countedFrom: Timestamp

    /// The code, opened.
    ///
    /// - Parameter masterKey: the key that secrets are derived from.
    /// - Returns: the code; nil when none is wanted.
    /// - Throws: `CryptoError` when it was sealed with another key.
    public func code(_ masterKey: [UInt8]) throws -> Secret? {
        try sealedCode.map { sealed in
            let bytes = try Crypto.open(sealed, key: try Self.key(masterKey), context: tenant)
            return Secret(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// A new code, sealed for a tenant: eight digits and lower-case letters, without l and o.
    ///
    /// - Throws: `CryptoError`.
    public static func newCode(for tenant: String, _ masterKey: [UInt8]) throws -> [UInt8] {
        let letters = Array("0123456789abcdefghijkmnpqrstuvwxyz".utf8)
        var code: [UInt8] = []
        while code.count < 8 {
            // Bytes beyond the last whole multiple are left out, so that all letters are equally likely.
            code += Crypto.randomBytes(16).filter { Int($0) < 256 / letters.count * letters.count }
                .map { letters[Int($0) % letters.count] }
        }
        return try Crypto.seal(Array(code.prefix(8)), key: try key(masterKey), context: tenant)
    }

    private static func key(_ masterKey: [UInt8]) throws -> [UInt8] {
        try Crypto.derive(key: masterKey, label: "verification-code")
    }

    /// A registration that is new.
    public init(tenant: String, email: String, isVerified: Bool, sealedCode: [UInt8]?, codeID: String) {
        self.tenant = tenant
        self.email = email
        self.isVerified = isVerified
        self.sealedCode = sealedCode
        self.codeID = codeID
        codeMade = .now
        tries = 0
        countedFrom = codeMade
    }

    init(document: BSONDocument) throws {
        tenant = try document.required("_id", \.string)
        email = try document.required("email", \.string)
        isVerified = try document.required("is_verified", \.bool)
        sealedCode = try document.optional("code", \.binary)
        codeID = try document.required("code_id", \.string)
        codeMade = try document.required("code_made", \.date)
        tries = try document.required("tries", \.int)
        countedFrom = try document.required("counted_from", \.date)
    }

    var document: BSONDocument {
        [
            "_id": .string(tenant), "email": .string(email), "address": .string(email.lowercased()),
            "is_verified": .bool(isVerified), "code": sealedCode.map(BSON.binary) ?? .null,
            "code_id": .string(codeID), "code_made": .date(codeMade), "tries": .int(tries),
            "counted_from": .date(countedFrom),
        ]
    }
}
