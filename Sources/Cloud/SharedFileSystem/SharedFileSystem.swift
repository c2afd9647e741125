import HawserCore

/// Shares (Manila).
///
/// Microversion 2.51, the last one of Train (2019): from 2.9 export locations are asked for by themselves, from 2.37 there
/// are messages that say why something failed, from 2.45 access rules are listed without an action.
public struct SharedFileSystem: Sendable {
    /// The microversion of requests.
    public static let microversion = Microversion(2, 51)

    let session: CloudSession

    /// A client of a session's shared file system service.
    public init(_ session: CloudSession) {
        self.session = session
    }

    func call(
        _ method: String,
        _ path: String,
        query: [(name: String, value: String)] = [],
        body: JSON? = nil
    ) -> CloudCall {
        CloudCall(method, .sharedFileSystem, path, query: query, body: body, microversion: Self.microversion)
    }

    /// An id as one part of a path.
    func part(_ id: String) -> String { EndpointURL.escaped(id) }

    /// What the project may have and has.
    ///
    /// - Throws: `CloudError`.
    public func quotas() async throws -> [CloudQuota] {
        let answer = try await session.send(call("GET", "/limits"))
        return try answer.reading {
            let limits = try CloudFields(answer.body, at: "body").fields("limits").fields("absolute")
            return try [
                ("shares", "maxTotalShares", "totalSharesUsed"),
                ("gigabytes", "maxTotalShareGigabytes", "totalShareGigabytesUsed"),
                ("share_networks", "maxTotalShareNetworks", "totalShareNetworksUsed"),
            ].compactMap { try CloudQuota($0, limits, limit: $1, used: $2) }
        }
    }

    /// What the cloud tells users about failures of their shares, newest first.
    ///
    /// - Throws: `CloudError`.
    public func messages(ofShare id: String) async throws -> [CloudMessage] {
        try await session.list(
            call("GET", "/messages", query: [("resource_id", id), ("sort_key", "created_at"), ("sort_dir", "desc")]),
            "messages",
            paging: .none
        )
    }
}
