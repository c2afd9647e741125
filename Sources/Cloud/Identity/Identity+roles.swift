import HawserCore

extension Identity {
    /// A role: what its holders may do.
    public struct Role: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The name.
        public let name: String
        /// The id of its domain; nil for one of the whole cloud.
        public let domainID: String?

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.text("name")
            domainID = try fields.optionalText("domain_id")
        }
    }

    /// The roles; without a domain those of the whole cloud.
    ///
    /// - Throws: `CloudError`.
    public func roles(_ filter: Filter = Filter()) async throws -> [Role] { try await list("roles", filter) }

    /// A role.
    ///
    /// - Throws: `CloudError`.
    public func role(_ id: String) async throws -> Role {
        try await session.send(call("GET", "/roles/\(part(id))")).read("role")
    }

    /// Makes a role, of the whole cloud or of a domain.
    ///
    /// - Throws: `CloudError`; `conflict` when the name is taken.
    public func createRole(name: String, domainID: String? = nil) async throws -> Role {
        let role = JSON.members(["name": .string(name), "domain_id": JSON(domainID)])
        return try await session.send(call("POST", "/roles", body: ["role": role])).read("role")
    }

    /// Renames a role.
    ///
    /// - Throws: `CloudError`.
    public func renameRole(_ id: String, to name: String) async throws -> Role {
        let body: JSON = ["role": ["name": .string(name)]]
        return try await session.send(call("PATCH", "/roles/\(part(id))", body: body)).read("role")
    }

    /// Deletes a role and takes it from all who hold it.
    ///
    /// - Throws: `CloudError`.
    public func deleteRole(_ id: String) async throws { try await delete("roles", id) }

    /// Where a role counts.
    public enum Place: Sendable, Hashable {
        /// In a project.
        case project(String)
        /// In a domain.
        case domain(String)
        /// In the whole cloud.
        case system
    }

    /// A role somebody holds somewhere.
    public struct RoleAssignment: Sendable, Hashable, CloudModel {
        /// The role's id.
        public let roleID: String
        /// The user's id; nil when a group holds it.
        public let userID: String?
        /// Where it counts; nil for a place not known here.
        public let place: Place?

        init(_ fields: CloudFields) throws {
            roleID = try fields.fields("role").text("id")
            userID = try fields.optionalFields("user")?.text("id")
            let scope = try fields.optionalFields("scope")
            if let project = try scope?.optionalFields("project") {
                place = .project(try project.text("id"))
            } else if let domain = try scope?.optionalFields("domain") {
                place = .domain(try domain.text("id"))
            } else {
                place = scope?.value("system") == nil ? nil : .system
            }
        }
    }

    /// Gives a user a role; giving it again is no error.
    ///
    /// - Throws: `CloudError`.
    public func grant(role: String, toUser user: String, in place: Place) async throws {
        _ = try await session.send(call("PUT", path(role, user, place)))
    }

    /// Takes a role from a user.
    ///
    /// - Throws: `CloudError`; `notFound` when the user does not hold it.
    public func revoke(role: String, fromUser user: String, in place: Place) async throws {
        _ = try await session.send(call("DELETE", path(role, user, place)))
    }

    /// The roles a user holds, or that are held in a place.
    ///
    /// - Throws: `CloudError`.
    public func roleAssignments(user: String? = nil, in place: Place? = nil) async throws -> [RoleAssignment] {
        var query: [(name: String, value: String)] = []
        if let user { query.append(("user.id", user)) }
        switch place {
        case .project(let id)?: query.append(("scope.project.id", id))
        case .domain(let id)?: query.append(("scope.domain.id", id))
        case .system?: query.append(("scope.system", "all"))
        case nil: break
        }
        return try await session.list(
            call("GET", "/role_assignments", query: query),
            "role_assignments",
            paging: .none
        )
    }

    private func path(_ role: String, _ user: String, _ place: Place) -> String {
        let holder = "users/\(part(user))/roles/\(part(role))"
        return switch place {
        case .project(let id): "/projects/\(part(id))/\(holder)"
        case .domain(let id): "/domains/\(part(id))/\(holder)"
        case .system: "/system/\(holder)"
        }
    }
}
