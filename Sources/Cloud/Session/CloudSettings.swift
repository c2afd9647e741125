public import HawserHTTP

/// A cloud as its users' tools know it: where it is, who logs in, in which region, and what differs from the catalogue.
public struct CloudSettings: Sendable, Hashable {
    /// What is set for one service.
    public struct Service: Sendable, Hashable {
        /// A URL instead of the catalogue's; `%(project_id)s` in it stands for the project.
        public var endpoint: String?
        /// The highest microversion to ask for.
        public var microversion: Microversion?
        /// The region instead of the cloud's.
        public var region: String?
        /// The interface instead of the cloud's.
        public var interface: CloudInterface?
        /// The type in the catalogue instead of the official ones.
        public var type: String?

        /// Nothing set.
        public init() {}
    }

    /// What the cloud is called here.
    public var name: String
    /// What to log in with.
    public var credentials: CloudCredentials
    /// The region; nil takes any.
    public var region: String?
    /// Which endpoints to use.
    public var interface: CloudInterface
    /// Whom to trust and what to show.
    public var tls: ClientTLS
    /// What is set for single services.
    public var services: [CloudService: Service]

    /// A cloud.
    public init(
        name: String,
        credentials: CloudCredentials,
        region: String? = nil,
        interface: CloudInterface = .public,
        tls: ClientTLS = ClientTLS(),
        services: [CloudService: Service] = [:]
    ) {
        self.name = name
        self.credentials = credentials
        self.region = region
        self.interface = interface
        self.tls = tls
        self.services = services
    }

    /// Where and as whom to log in, whatever the region: what is equal for two has one token.
    var account: CloudSettings {
        CloudSettings(name: name, credentials: credentials, tls: tls)
    }
}
