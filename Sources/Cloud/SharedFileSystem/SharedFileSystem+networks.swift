public import HawserCore

extension SharedFileSystem {
    /// A network of the project that share servers are put into.
    public struct ShareNetwork: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The name.
        public let name: String
        /// The description.
        public let description: String
        /// The ids of the networks of Neutron it stands for.
        public let networkIDs: [String]
        /// The ids of their subnets.
        public let subnetIDs: [String]
        /// The project's id.
        public let projectID: String?
        /// When it was made.
        public let createdAt: Timestamp?

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.optionalText("name") ?? ""
            description = try fields.optionalText("description") ?? ""
            // From 2.51 a share network has several subnets; before, its own two fields.
            let subnets = try fields.optionalList("share_network_subnets") + [fields]
            networkIDs = try subnets.compactMap { try $0.optionalText("neutron_net_id") }
            subnetIDs = try subnets.compactMap { try $0.optionalText("neutron_subnet_id") }
            projectID = try fields.optionalText("project_id")
            createdAt = try fields.time("created_at")
        }
    }

    /// The project's share networks with all their fields.
    ///
    /// - Parameters:
    ///   - name: the whole name.
    ///   - network: the id of a network of Neutron.
    /// - Returns: those share networks.
    /// - Throws: `CloudError`.
    public func shareNetworks(name: String? = nil, network: String? = nil) async throws -> [ShareNetwork] {
        let query = network.map { [(name: "neutron_net_id", value: $0)] } ?? []
        let found: [ShareNetwork] = try await session.list(
            call("GET", "/share-networks/detail", query: query),
            "share_networks",
            paging: .offset,
            pageSize: 500
        )
        // Manila takes the name for a part of it.
        return found.filter { name == nil || $0.name == name }
    }

    /// A share network.
    ///
    /// - Throws: `CloudError`.
    public func shareNetwork(_ id: String) async throws -> ShareNetwork {
        try await session.send(call("GET", "/share-networks/\(part(id))")).read("share_network")
    }

    /// Makes a share network of a network and one of its subnets.
    ///
    /// - Throws: `CloudError`.
    public func createShareNetwork(
        network: String,
        subnet: String,
        name: String? = nil,
        description: String? = nil
    ) async throws -> ShareNetwork {
        let body: JSON = [
            "share_network": .members([
                "neutron_net_id": .string(network),
                "neutron_subnet_id": .string(subnet),
                "name": JSON(name),
                "description": JSON(description),
            ])
        ]
        return try await session.send(call("POST", "/share-networks", body: body)).read("share_network")
    }

    /// Deletes a share network; its share servers go with it.
    ///
    /// - Throws: `CloudError`; `conflict` while shares use it.
    public func deleteShareNetwork(_ id: String) async throws {
        _ = try await session.send(call("DELETE", "/share-networks/\(part(id))"))
    }

    /// A server that serves shares to one share network.
    public struct ShareServer: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// `creating`, `active`, `deleting`, `error`.
        public let status: String
        /// The id of its share network.
        public let shareNetworkID: String?
        /// The host it runs on.
        public let host: String?
        /// The project's id.
        public let projectID: String?
        /// When it changed last.
        public let updatedAt: Timestamp?

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            status = try fields.text("status")
            shareNetworkID = try fields.optionalText("share_network_id")
            host = try fields.optionalText("host")
            projectID = try fields.optionalText("project_id")
            updatedAt = try fields.time("updated_at")
        }
    }

    /// The share servers of a share network; for administrators.
    ///
    /// - Throws: `CloudError`; `forbidden` for all others.
    public func shareServers(ofShareNetwork id: String) async throws -> [ShareServer] {
        try await session.send(call("GET", "/share-servers", query: [("share_network_id", id)]))
            .readList("share_servers")
    }

    /// Asks to delete a share server; for administrators.
    ///
    /// - Throws: `CloudError`; `forbidden` for all others, `conflict` while it has shares.
    public func deleteShareServer(_ id: String) async throws {
        _ = try await session.send(call("DELETE", "/share-servers/\(part(id))"))
    }
}
