import HawserCore

/// The services of a cloud and where they are, as Keystone lists them with a token.
public struct Catalog: Sendable {
    /// A place where a service answers.
    public struct Endpoint: Sendable, Hashable {
        /// The service's type.
        public let type: String
        /// The service's name.
        public let name: String?
        /// The region.
        public let region: String?
        /// Whom it is for.
        public let interface: CloudInterface
        /// Where it is.
        public let url: String
    }

    /// All endpoints.
    public let endpoints: [Endpoint]

    /// A catalogue of endpoints.
    init(endpoints: [Endpoint]) {
        self.endpoints = endpoints
    }

    /// The regions that have endpoints, sorted.
    public var regions: [String] { Set(endpoints.compactMap(\.region)).sorted() }

    /// The endpoint of a service, by its official type before its aliases; nil when there is none.
    ///
    /// Without a region it takes the first that is there; with a type it looks for that one only.
    public func endpoint(
        of service: CloudService,
        region: String?,
        interface: CloudInterface,
        type: String? = nil
    ) -> Endpoint? {
        for type in type.map({ [$0] }) ?? service.types {
            for endpoint in endpoints
            where endpoint.type == type && endpoint.interface == interface
                && (region == nil || endpoint.region == region)
            {
                return endpoint
            }
        }
        return nil
    }
}

extension Catalog {
    init(_ list: [CloudFields]) throws {
        endpoints = try list.flatMap { service in
            let type = try service.text("type")
            let name = try service.optionalText("name")
            return try service.optionalList("endpoints").compactMap { fields -> Endpoint? in
                guard let interface = CloudInterface(named: try fields.text("interface")) else { return nil }
                return Endpoint(
                    type: type,
                    name: name,
                    region: try fields.optionalText("region_id") ?? fields.optionalText("region"),
                    interface: interface,
                    url: try fields.text("url")
                )
            }
        }
    }
}
