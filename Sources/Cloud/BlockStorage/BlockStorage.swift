import HawserCore

/// Volumes (Cinder).
///
/// Microversion 3.59, the last one of Train (2019): from 3.3 there are messages that say why something failed, from 3.42
/// a volume is extended while it is attached, from 3.48 attachments are told in full.
public struct BlockStorage: Sendable {
    /// The microversion of requests.
    public static let microversion = Microversion(3, 59)

    let session: CloudSession

    /// A client of a session's block storage service.
    public init(_ session: CloudSession) {
        self.session = session
    }

    func call(
        _ method: String,
        _ path: String,
        query: [(name: String, value: String)] = [],
        body: JSON? = nil
    ) -> CloudCall {
        CloudCall(method, .blockStorage, path, query: query, body: body, microversion: Self.microversion)
    }

    /// An id as one part of a path.
    func part(_ id: String) -> String { EndpointURL.escaped(id) }
}
