public import HawserHTTP
public import HawserStorage

/// What handlers work with; made once per process.
public struct Services: Sendable {
    /// Calls other servers.
    public let http: HTTPClient
    /// Which addresses webhooks may go to.
    public let webhookAddresses: AddressPolicy
    /// The objects of tenants.
    public let objects: ObjectStore
    /// The key that secrets are derived from, 32 bytes.
    public let masterKey: [UInt8]

    /// Services.
    public init(http: HTTPClient, webhookAddresses: AddressPolicy, objects: ObjectStore, masterKey: [UInt8]) {
        self.http = http
        self.webhookAddresses = webhookAddresses
        self.objects = objects
        self.masterKey = masterKey
    }
}
