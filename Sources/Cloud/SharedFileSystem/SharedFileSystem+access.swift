public import HawserCore

extension SharedFileSystem {
    /// Who may use a share.
    public struct AccessRule: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// `ip`, `user`, `cert`, `cephx`.
        public let type: String
        /// Who: an address or a range of them, a user.
        public let to: String
        /// `rw` or `ro`.
        public let level: String
        /// `queued_to_apply`, `applying`, `active`, `denying`, `error`.
        public let state: String
        /// When it was made.
        public let createdAt: Timestamp?

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            type = try fields.text("access_type")
            to = try fields.text("access_to")
            level = try fields.optionalText("access_level") ?? "rw"
            state = try fields.optionalText("state") ?? ""
            createdAt = try fields.time("created_at")
        }
    }

    /// Who may use a share.
    ///
    /// - Throws: `CloudError`.
    public func accessRules(ofShare id: String) async throws -> [AccessRule] {
        try await session.send(call("GET", "/share-access-rules", query: [("share_id", id)])).readList("access_list")
    }

    /// Asks to let somebody use a share; it is done when the rule's state is `active`.
    ///
    /// - Parameters:
    ///   - to: who: an address or a range of them.
    ///   - type: `ip`, `user`, …
    ///   - level: `rw` or `ro`.
    ///   - id: the share.
    /// - Returns: the new rule.
    /// - Throws: `CloudError`; `badRequest` or `conflict` when there is such a rule already.
    public func allowAccess(
        to: String,
        type: String = "ip",
        level: String = "rw",
        toShare id: String
    ) async throws -> AccessRule {
        let rule: JSON = ["access_type": .string(type), "access_to": .string(to), "access_level": .string(level)]
        return try await act(["allow_access": rule], onShare: id).read("access")
    }

    /// Asks to take a rule away; it is done when it is not listed any more.
    ///
    /// - Throws: `CloudError`.
    public func denyAccess(_ ruleID: String, toShare id: String) async throws {
        _ = try await act(["deny_access": ["access_id": .string(ruleID)]], onShare: id)
    }
}
