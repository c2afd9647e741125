public import HawserCore

/// Images to start servers from (Glance).
public struct Images: Sendable {
    let session: CloudSession

    /// A client of a session's image service.
    public init(_ session: CloudSession) {
        self.session = session
    }

    /// An image.
    public struct Image: Sendable, Hashable, CloudModel {
        /// The id.
        public let id: String
        /// The name.
        public let name: String
        /// One of `queued`, `saving`, `active`, `deactivated` and others.
        public let status: String
        /// Its bytes; nil until they are uploaded.
        public let size: Int?
        /// The bytes of the disk it unpacks to, where it is known.
        public let virtualSize: Int?
        /// The smallest system disk for it.
        public let minDiskGiB: Int
        /// The least memory for it.
        public let minRAMMiB: Int
        /// One of `qcow2`, `raw` and others.
        public let diskFormat: String?
        /// One of `bare`, `ovf` and others.
        public let containerFormat: String?
        /// `public`, `private`, `shared`, `community`.
        public let visibility: String?
        /// The id of the project that owns it.
        public let owner: String?
        /// The system on it (`os_distro`), where it is told.
        public let distribution: String?
        /// That system's version (`os_version`), where it is told.
        public let distributionVersion: String?
        /// The processor it is for (`architecture`, `hw_architecture`), where it is told.
        public let architecture: String?
        /// The tags.
        public let tags: [String]
        /// When it was made.
        public let createdAt: Timestamp?
        /// When it changed last.
        public let updatedAt: Timestamp?

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.optionalText("name") ?? ""
            status = try fields.text("status")
            size = try fields.optionalInt("size")
            virtualSize = try fields.optionalInt("virtual_size")
            minDiskGiB = try fields.optionalInt("min_disk") ?? 0
            minRAMMiB = try fields.optionalInt("min_ram") ?? 0
            diskFormat = try fields.optionalText("disk_format")
            containerFormat = try fields.optionalText("container_format")
            visibility = try fields.optionalText("visibility")
            owner = try fields.optionalText("owner")
            distribution = try fields.optionalText("os_distro")
            distributionVersion = try fields.optionalText("os_version")
            architecture = try fields.optionalText("architecture") ?? fields.optionalText("hw_architecture")
            tags = try fields.texts("tags")
            createdAt = try fields.time("created_at")
            updatedAt = try fields.time("updated_at")
        }
    }

    /// All images the project may use.
    ///
    /// - Throws: `CloudError`.
    public func images(name: String? = nil) async throws -> [Image] {
        let query = name.map { [(name: "name", value: $0)] } ?? []
        return try await session.list(CloudCall("GET", .image, "/images", query: query), "images", pageSize: 500)
    }

    /// A page of the images.
    ///
    /// - Parameters:
    ///   - limit: the most to return; the cloud may return fewer.
    ///   - marker: the id of the last one of the page before.
    /// - Returns: the page, and what to ask for the next one with.
    /// - Throws: `CloudError`.
    public func images(limit: Int, marker: String? = nil) async throws -> CloudPage<Image> {
        try await session.page(CloudCall("GET", .image, "/images"), "images", limit: limit, marker: marker)
    }

    /// An image.
    ///
    /// - Throws: `CloudError`.
    public func image(_ id: String) async throws -> Image {
        let answer = try await session.send(CloudCall("GET", .image, "/images/\(EndpointURL.escaped(id))"))
        return try answer.reading { try Image(CloudFields(answer.body, at: "body")) }
    }
}
