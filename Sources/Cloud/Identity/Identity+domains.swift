import HawserCore

extension Identity {
    /// A domain: holds projects and users.
    public struct Domain: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The name, unique in the cloud.
        public let name: String
        /// The description.
        public let description: String
        /// Whether it may be used; only one that may not can be deleted.
        public let isEnabled: Bool

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.text("name")
            description = try fields.optionalText("description") ?? ""
            isEnabled = try fields.bool("enabled", default: true)
        }
    }

    /// The domains.
    ///
    /// - Throws: `CloudError`.
    public func domains(name: String? = nil) async throws -> [Domain] {
        try await list("domains", Filter(name: name))
    }

    /// A domain.
    ///
    /// - Throws: `CloudError`.
    public func domain(_ id: String) async throws -> Domain {
        try await session.send(call("GET", "/domains/\(part(id))")).read("domain")
    }

    /// Makes a domain.
    ///
    /// - Throws: `CloudError`; `conflict` when the name is taken.
    public func createDomain(name: String, description: String? = nil) async throws -> Domain {
        let domain = JSON.members(["name": .string(name), "description": JSON(description)])
        return try await session.send(call("POST", "/domains", body: ["domain": domain])).read("domain")
    }

    /// Changes a domain; nil leaves a field as it is.
    ///
    /// - Throws: `CloudError`.
    public func updateDomain(
        _ id: String,
        name: String? = nil,
        description: String? = nil,
        isEnabled: Bool? = nil
    ) async throws -> Domain {
        let domain = JSON.members([
            "name": JSON(name), "description": JSON(description), "enabled": JSON(isEnabled),
        ])
        return try await session.send(call("PATCH", "/domains/\(part(id))", body: ["domain": domain])).read("domain")
    }

    /// Deletes a domain with its projects, users and roles; it must be disabled first.
    ///
    /// - Throws: `CloudError`; `forbidden` while it is enabled.
    public func deleteDomain(_ id: String) async throws { try await delete("domains", id) }
}
