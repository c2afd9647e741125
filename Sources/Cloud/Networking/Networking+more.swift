import HawserCore

extension Networking {
    /// The short names of what the cloud can do beyond the core: `router`, `extraroute-atomic`, `fwaas_v2`.
    ///
    /// - Throws: `CloudError`.
    public func extensions() async throws -> Set<String> {
        let answer = try await session.send(call("GET", "/extensions"))
        return try answer.reading {
            Set(try CloudFields(answer.body, at: "body").list("extensions").map { try $0.text("alias") })
        }
    }

    /// What the project may have and has.
    ///
    /// - Throws: `CloudError`.
    public func quotas() async throws -> [CloudQuota] {
        let token = try await session.token()
        guard let project = token.projectID else { return [] }
        let answer = try await session.send(call("GET", "/quotas/\(part(project))/details"))
        return try answer.reading {
            let quota = try CloudFields(answer.body, at: "body").fields("quota")
            return try [
                "network", "subnet", "port", "router", "floatingip", "security_group", "security_group_rule",
            ].compactMap { name in
                try quota.optionalFields(name).flatMap { try CloudQuota(name, $0, limit: "limit", used: "used") }
            }
        }
    }

    /// A kind of thing that takes tags.
    public enum Tagged: String, Sendable, Hashable {
        /// Networks.
        case networks
        /// Subnets.
        case subnets
        /// Routers.
        case routers
        /// Ports.
        case ports
        /// Security groups.
        case securityGroups = "security-groups"
        /// Floating addresses.
        case floatingAddresses = "floatingips"
    }

    /// Gives a thing these tags and no others, each of at most 60 characters and without commas.
    ///
    /// - Throws: `CloudError`.
    public func setTags(_ tags: [String], of kind: Tagged, _ id: String) async throws {
        _ = try await session.send(
            call("PUT", "/\(kind.rawValue)/\(part(id))/tags", body: ["tags": .texts(tags)])
        )
    }

    /// Gives a thing a tag more, one without a slash.
    ///
    /// - Throws: `CloudError`.
    public func addTag(_ tag: String, to kind: Tagged, _ id: String) async throws {
        _ = try await session.send(call("PUT", "/\(kind.rawValue)/\(part(id))/tags/\(part(tag))"))
    }

    /// Takes a tag from a thing.
    ///
    /// - Throws: `CloudError`.
    public func removeTag(_ tag: String, from kind: Tagged, _ id: String) async throws {
        _ = try await session.send(call("DELETE", "/\(kind.rawValue)/\(part(id))/tags/\(part(tag))"))
    }
}
