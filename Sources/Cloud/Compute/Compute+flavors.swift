import HawserCore

extension Compute {
    /// What a server may be made as: its size.
    public struct Flavor: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The name.
        public let name: String
        /// Virtual processors.
        public let vcpus: Int
        /// Memory in MiB.
        public let ramMiB: Int
        /// The system disk in GiB; 0 takes the image's size.
        public let diskGiB: Int
        /// A second, passing disk in GiB.
        public let ephemeralGiB: Int
        /// Whether all projects may use it.
        public let isPublic: Bool
        /// The description.
        public let description: String?

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.text("name")
            vcpus = try fields.int("vcpus")
            ramMiB = try fields.int("ram")
            diskGiB = try fields.int("disk")
            ephemeralGiB = try fields.optionalInt("OS-FLV-EXT-DATA:ephemeral") ?? 0
            isPublic = try fields.bool("os-flavor-access:is_public", default: true)
            description = try fields.optionalText("description")
        }
    }

    /// All flavors the project may use.
    ///
    /// - Throws: `CloudError`.
    public func flavors() async throws -> [Flavor] {
        try await session.list(call("GET", "/flavors/detail"), "flavors")
    }

    /// A page of the flavors.
    ///
    /// - Parameters:
    ///   - limit: the most to return; the cloud may return fewer.
    ///   - marker: the id of the last one of the page before.
    /// - Returns: the page, and what to ask for the next one with.
    /// - Throws: `CloudError`.
    public func flavors(limit: Int, marker: String? = nil) async throws -> CloudPage<Flavor> {
        try await session.page(call("GET", "/flavors/detail"), "flavors", limit: limit, marker: marker)
    }

    /// A flavor.
    ///
    /// - Throws: `CloudError`.
    public func flavor(_ id: String) async throws -> Flavor {
        try await session.send(call("GET", "/flavors/\(part(id))")).read("flavor")
    }
}
