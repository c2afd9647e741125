import HawserCore

/// Servers and flavors (Nova).
///
/// Microversion 2.79, the last one of Train (2019), which every cloud in support has: from 2.47 a server carries its
/// flavor, from 2.67 a disk made with it may name its volume type, from 2.75 misspelt query fields are refused, from 2.79
/// an attached volume may end with its server.
public struct Compute: Sendable {
    /// The microversion of requests.
    public static let microversion = Microversion(2, 79)
    /// The microversion of what needs the server's host name (Xena, 2021).
    static let hostNameMicroversion = Microversion(2, 90)

    let session: CloudSession

    /// A client of a session's compute service.
    public init(_ session: CloudSession) {
        self.session = session
    }

    func call(
        _ method: String,
        _ path: String,
        query: [(name: String, value: String)] = [],
        body: JSON? = nil,
        secrets: [Secret] = []
    ) -> CloudCall {
        CloudCall(
            method,
            .compute,
            path,
            query: query,
            body: body,
            microversion: Self.microversion,
            secrets: secrets
        )
    }

    /// An id as one part of a path.
    func part(_ id: String) -> String { EndpointURL.escaped(id) }
}
