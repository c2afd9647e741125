import HawserCore

extension Identity {
    /// A project: owns resources and has quotas.
    public struct Project: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The name, unique in its domain.
        public let name: String
        /// The description.
        public let description: String
        /// The id of its domain.
        public let domainID: String?
        /// Whether it may be used.
        public let isEnabled: Bool

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.text("name")
            description = try fields.optionalText("description") ?? ""
            domainID = try fields.optionalText("domain_id")
            isEnabled = try fields.bool("enabled", default: true)
        }
    }

    /// The projects.
    ///
    /// - Throws: `CloudError`.
    public func projects(_ filter: Filter = Filter()) async throws -> [Project] {
        try await list("projects", filter)
    }

    /// A project.
    ///
    /// - Throws: `CloudError`.
    public func project(_ id: String) async throws -> Project {
        try await session.send(call("GET", "/projects/\(part(id))")).read("project")
    }

    /// Makes a project in a domain.
    ///
    /// - Throws: `CloudError`; `conflict` when the name is taken.
    public func createProject(name: String, domainID: String, description: String? = nil) async throws -> Project {
        let project = JSON.members([
            "name": .string(name), "domain_id": .string(domainID), "description": JSON(description),
        ])
        return try await session.send(call("POST", "/projects", body: ["project": project])).read("project")
    }

    /// Changes a project; nil leaves a field as it is.
    ///
    /// - Throws: `CloudError`.
    public func updateProject(
        _ id: String,
        name: String? = nil,
        description: String? = nil,
        isEnabled: Bool? = nil
    ) async throws -> Project {
        let project = JSON.members([
            "name": JSON(name), "description": JSON(description), "enabled": JSON(isEnabled),
        ])
        let body: JSON = ["project": project]
        return try await session.send(call("PATCH", "/projects/\(part(id))", body: body)).read("project")
    }

    /// Deletes a project; what it owned in other services stays.
    ///
    /// - Throws: `CloudError`.
    public func deleteProject(_ id: String) async throws { try await delete("projects", id) }
}
