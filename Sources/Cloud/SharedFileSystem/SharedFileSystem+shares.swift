public import HawserCore

extension SharedFileSystem {
    /// A share.
    public struct Share: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The name.
        public let name: String
        /// The description.
        public let description: String
        /// One of `creating`, `available`, `deleting`, `error`, `error_deleting` and others; empty for the moments in which Manila
        /// has the share but no instance of it.
        public let status: String
        /// The size.
        public let sizeGiB: Int
        /// One of `NFS`, `CIFS` and others.
        public let protocolName: String
        /// The id of its share network.
        public let shareNetworkID: String?
        /// The type's name.
        public let type: String?
        /// The availability zone.
        public let zone: String?
        /// The host that serves it; for administrators only.
        public let host: String?
        /// The id of its share server; for administrators only.
        public let shareServerID: String?
        /// The project's id.
        public let projectID: String?
        /// The metadata.
        public let metadata: [String: String]
        /// When it was made.
        public let createdAt: Timestamp?

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.optionalText("name") ?? ""
            description = try fields.optionalText("description") ?? ""
            status = try fields.optionalText("status") ?? ""
            sizeGiB = try fields.int("size")
            protocolName = try fields.optionalText("share_proto") ?? ""
            shareNetworkID = try fields.optionalText("share_network_id")
            type = try fields.optionalText("share_type_name") ?? fields.optionalText("share_type")
            zone = try fields.optionalText("availability_zone")
            host = try fields.optionalText("host")
            shareServerID = try fields.optionalText("share_server_id")
            projectID = try fields.optionalText("project_id")
            metadata = try fields.textMap("metadata")
            createdAt = try fields.time("created_at")
        }
    }

    /// What a share is to be.
    public struct ShareRequest: Sendable {
        /// The size.
        public var sizeGiB: Int
        /// One of `NFS`, `CIFS` and others.
        public var protocolName: String
        /// The name.
        public var name: String?
        /// The description.
        public var description: String?
        /// The id of its share network; needed by types with share servers.
        public var shareNetworkID: String?
        /// The type's name or id; nil takes the cloud's default.
        public var type: String?
        /// The availability zone.
        public var zone: String?
        /// The metadata.
        public var metadata: [String: String] = [:]

        /// A share of a size.
        public init(sizeGiB: Int, protocolName: String = "NFS", name: String? = nil) {
            self.sizeGiB = sizeGiB
            self.protocolName = protocolName
            self.name = name
        }

        var body: JSON {
            [
                "share": .members([
                    "size": .int(Int64(sizeGiB)),
                    "share_proto": .string(protocolName),
                    "name": JSON(name),
                    "description": JSON(description),
                    "share_network_id": JSON(shareNetworkID),
                    "share_type": JSON(type),
                    "availability_zone": JSON(zone),
                    "metadata": metadata.isEmpty ? nil : .textMap(metadata),
                ])
            ]
        }
    }

    /// The project's shares with all their fields.
    ///
    /// - Parameters:
    ///   - name: the whole name.
    ///   - shareNetworkID: the id of their share network.
    ///   - metadata: metadata they must have; looked at here.
    /// - Returns: those shares.
    /// - Throws: `CloudError`.
    public func shares(
        name: String? = nil,
        shareNetworkID: String? = nil,
        metadata: [String: String] = [:]
    ) async throws -> [Share] {
        var query: [(name: String, value: String)] = []
        if let name { query.append(("name", name)) }
        if let shareNetworkID { query.append(("share_network_id", shareNetworkID)) }
        let found: [Share] = try await session.list(
            call("GET", "/shares/detail", query: query),
            "shares",
            paging: .offset,
            pageSize: 500
        )
        return found.filter { share in
            (name == nil || name == share.name) && metadata.allSatisfy { share.metadata[$0.key] == $0.value }
        }
    }

    /// A share.
    ///
    /// - Throws: `CloudError`.
    public func share(_ id: String) async throws -> Share {
        try await session.send(call("GET", "/shares/\(part(id))")).read("share")
    }

    /// Asks for a share; it is there when its status is `available`.
    ///
    /// - Throws: `CloudError`; `mayHaveReached` tells whether to look for it by name and metadata first.
    public func createShare(_ request: ShareRequest) async throws -> Share {
        try await session.send(call("POST", "/shares", body: request.body)).read("share")
    }

    /// Asks to delete a share; it is gone when it is not found any more.
    ///
    /// - Throws: `CloudError`.
    public func deleteShare(_ id: String) async throws {
        _ = try await session.send(call("DELETE", "/shares/\(part(id))"))
    }

    /// Asks to make a share larger; it is done when its size says so and its status is `available`.
    ///
    /// - Throws: `CloudError`.
    public func extendShare(_ id: String, toGiB size: Int) async throws {
        _ = try await act(["extend": ["new_size": .int(Int64(size))]], onShare: id)
    }

    func act(_ body: JSON, onShare id: String) async throws -> CloudAnswer {
        try await session.send(call("POST", "/shares/\(part(id))/action", body: body))
    }

    /// Where a share is mounted from.
    public struct ExportLocation: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// Host and path: `10.0.0.5:/shares/x`.
        public let path: String
        /// Whether it is the best of several.
        public let isPreferred: Bool

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            path = try fields.text("path")
            isPreferred = try fields.bool("preferred")
        }
    }

    /// Where a share is mounted from; the best ones first.
    ///
    /// - Throws: `CloudError`.
    public func exportLocations(ofShare id: String) async throws -> [ExportLocation] {
        let all: [ExportLocation] = try await session.send(call("GET", "/shares/\(part(id))/export_locations"))
            .readList("export_locations")
        return all.filter(\.isPreferred) + all.filter { !$0.isPreferred }
    }

    /// A kind of share the cloud offers.
    public struct ShareType: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The name.
        public let name: String
        /// Whether it is taken where none is named.
        public let isDefault: Bool
        /// Whether its shares get servers of their own, so that they need a share network; nil when it is not told.
        public let hasShareServers: Bool?

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.text("name")
            isDefault = try fields.bool("is_default")
            hasShareServers = try fields.optionalFields("extra_specs")?
                .optionalText("driver_handles_share_servers").map { $0.lowercased() == "true" }
        }
    }

    /// The types of shares the project may use.
    ///
    /// - Throws: `CloudError`.
    public func shareTypes() async throws -> [ShareType] {
        try await session.list(call("GET", "/types"), "share_types", paging: .none)
    }
}
