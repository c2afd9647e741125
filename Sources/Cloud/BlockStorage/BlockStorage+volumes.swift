import Foundation
import HawserCore

extension BlockStorage {
    /// Which volumes to list; all fields that are set must fit.
    public struct VolumeFilter: Sendable {
        /// The whole name.
        public var name: String?
        /// The status.
        public var status: String?
        /// Metadata it must have.
        public var metadata: [String: String] = [:]

        /// All volumes.
        public init() {}
    }

    /// The project's volumes with all their fields.
    ///
    /// - Throws: `CloudError`.
    public func volumes(_ filter: VolumeFilter = VolumeFilter()) async throws -> [Volume] {
        var query: [(name: String, value: String)] = []
        if let name = filter.name { query.append(("name", name)) }
        if let status = filter.status { query.append(("status", status)) }
        if !filter.metadata.isEmpty { query.append(("metadata", Self.pythonText(filter.metadata))) }
        return try await session.list(call("GET", "/volumes/detail", query: query), "volumes")
    }

    /// A map of texts as Python spells it, which is what Cinder parses its metadata filter as.
    private static func pythonText(_ map: [String: String]) -> String {
        func quoted(_ text: String) -> String {
            let inner = text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "'", with: "\\'")
            return "'\(inner.replacingOccurrences(of: "\n", with: "\\n"))'"
        }
        return "{" + map.sorted { $0.key < $1.key }.map { "\(quoted($0)): \(quoted($1))" }.joined(separator: ", ") + "}"
    }

    /// A volume.
    ///
    /// - Throws: `CloudError`.
    public func volume(_ id: String) async throws -> Volume {
        try await session.send(call("GET", "/volumes/\(part(id))")).read("volume")
    }

    /// Asks for a volume; it is there when its status is `available`.
    ///
    /// - Throws: `CloudError`; `mayHaveReached` tells whether to look for it by name and metadata first.
    public func createVolume(_ request: VolumeRequest) async throws -> Volume {
        try await session.send(call("POST", "/volumes", body: request.body)).read("volume")
    }

    /// Changes name and description; nil leaves one as it is.
    ///
    /// - Throws: `CloudError`.
    public func updateVolume(_ id: String, name: String? = nil, description: String? = nil) async throws -> Volume {
        let body: JSON = ["volume": .members(["name": JSON(name), "description": JSON(description)])]
        return try await session.send(call("PUT", "/volumes/\(part(id))", body: body)).read("volume")
    }

    /// Asks to delete a volume; it is gone when it is not found any more.
    ///
    /// Its snapshots go with it when that is said; a volume that has some is refused otherwise.
    ///
    /// - Throws: `CloudError`.
    public func deleteVolume(_ id: String, withSnapshots: Bool = false) async throws {
        let query = withSnapshots ? [(name: "cascade", value: "true")] : []
        _ = try await session.send(call("DELETE", "/volumes/\(part(id))", query: query))
    }

    /// Asks to make a volume larger, attached or not; it is done when its size says so and its status is one of rest.
    ///
    /// - Throws: `CloudError`.
    public func extendVolume(_ id: String, toGiB size: Int) async throws {
        let body: JSON = ["os-extend": ["new_size": .int(Int64(size))]]
        _ = try await session.send(call("POST", "/volumes/\(part(id))/action", body: body))
    }

    /// Sets metadata of a volume and leaves the rest of it.
    ///
    /// - Returns: all of its metadata.
    /// - Throws: `CloudError`.
    public func setMetadata(_ metadata: [String: String], ofVolume id: String) async throws -> [String: String] {
        let body: JSON = ["metadata": .textMap(metadata)]
        let answer = try await session.send(call("POST", "/volumes/\(part(id))/metadata", body: body))
        return try answer.reading { try CloudFields(answer.body, at: "body").textMap("metadata") }
    }

    /// Removes one field of a volume's metadata.
    ///
    /// - Throws: `CloudError`.
    public func removeMetadata(_ name: String, ofVolume id: String) async throws {
        _ = try await session.send(call("DELETE", "/volumes/\(part(id))/metadata/\(part(name))"))
    }

    /// A kind of volume the cloud offers.
    public struct VolumeType: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The name.
        public let name: String
        /// The description.
        public let description: String?
        /// Whether all projects may use it.
        public let isPublic: Bool

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.text("name")
            description = try fields.optionalText("description")
            isPublic = try fields.bool("is_public", default: true)
        }
    }

    /// The types of volumes the project may use.
    ///
    /// - Throws: `CloudError`.
    public func volumeTypes() async throws -> [VolumeType] {
        try await session.list(call("GET", "/types"), "volume_types")
    }

    /// What the cloud tells users about failures of their volumes, newest first.
    ///
    /// - Throws: `CloudError`.
    public func messages(ofVolume id: String) async throws -> [CloudMessage] {
        try await session.list(
            call("GET", "/messages", query: [("resource_uuid", id), ("sort", "created_at:desc")]),
            "messages"
        )
    }

    /// What the project may have and has.
    ///
    /// - Throws: `CloudError`.
    public func quotas() async throws -> [CloudQuota] {
        let answer = try await session.send(call("GET", "/limits"))
        return try answer.reading {
            let limits = try CloudFields(answer.body, at: "body").fields("limits").fields("absolute")
            return try [
                ("volumes", "maxTotalVolumes", "totalVolumesUsed"),
                ("gigabytes", "maxTotalVolumeGigabytes", "totalGigabytesUsed"),
                ("snapshots", "maxTotalSnapshots", "totalSnapshotsUsed"),
            ].compactMap { try CloudQuota($0, limits, limit: $1, used: $2) }
        }
    }
}
