public import HawserCore

extension Identity {
    /// A user.
    public struct User: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The name, unique in its domain.
        public let name: String
        /// The description.
        public let description: String
        /// The id of its domain.
        public let domainID: String?
        /// The id of the project it works in where none is named.
        public let defaultProjectID: String?
        /// Whether it may log in.
        public let isEnabled: Bool

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.text("name")
            description = try fields.optionalText("description") ?? ""
            domainID = try fields.optionalText("domain_id")
            defaultProjectID = try fields.optionalText("default_project_id")
            isEnabled = try fields.bool("enabled", default: true)
        }
    }

    /// The users.
    ///
    /// - Throws: `CloudError`.
    public func users(_ filter: Filter = Filter()) async throws -> [User] { try await list("users", filter) }

    /// A user.
    ///
    /// - Throws: `CloudError`.
    public func user(_ id: String) async throws -> User {
        try await session.send(call("GET", "/users/\(part(id))")).read("user")
    }

    /// Makes a user in a domain.
    ///
    /// - Throws: `CloudError`; `conflict` when the name is taken.
    public func createUser(
        name: String,
        password: Secret,
        domainID: String,
        defaultProjectID: String? = nil,
        description: String? = nil
    ) async throws -> User {
        let user = JSON.members([
            "name": .string(name),
            "password": .string(password.revealed),
            "domain_id": .string(domainID),
            "default_project_id": JSON(defaultProjectID),
            "description": JSON(description),
        ])
        return try await session.send(call("POST", "/users", body: ["user": user], secrets: [password])).read("user")
    }

    /// Changes a user; nil leaves a field as it is.
    ///
    /// - Throws: `CloudError`.
    public func updateUser(
        _ id: String,
        password: Secret? = nil,
        description: String? = nil,
        isEnabled: Bool? = nil
    ) async throws -> User {
        let user = JSON.members([
            "password": JSON(password?.revealed), "description": JSON(description), "enabled": JSON(isEnabled),
        ])
        let secrets = password.map { [$0] } ?? []
        return try await session.send(
            call("PATCH", "/users/\(part(id))", body: ["user": user], secrets: secrets)
        ).read("user")
    }

    /// Deletes a user.
    ///
    /// - Throws: `CloudError`.
    public func deleteUser(_ id: String) async throws { try await delete("users", id) }
}
