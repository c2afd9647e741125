import HawserCore

/// What a notification of a cloud says, as far as anybody here waits for it.
///
/// Nova's unversioned notifications, cinder's and manila's, as oslo.messaging 1.0 and 2.0 send them.
public struct CloudNotice: Sendable, Equatable {
    /// What happened: `compute.instance.create.end`.
    public let event: String
    /// What it happened to.
    public let thing: CloudThing
    /// Whether the cloud is done with what it was asked for, well or not; what has begun or goes on is none.
    public let isEnd: Bool

    /// Ends of a part of something that goes on.
    private static let partial: Set<String> = [
        "compute.instance.resize.prep.end", "compute.instance.resize.end", "compute.instance.shutdown.end",
    ]

    /// Reads a message; nil when it is about nothing that is waited for.
    ///
    /// - Throws: `JSONError` when it is not what oslo.messaging sends.
    public init?(message: [UInt8]) throws {
        let envelope = try JSON(parsing: message)
        // Version 2.0 wraps the message, as a text, into an envelope; 1.0 does not.
        let body = try envelope["oslo.message"]?.string.map { try JSON(parsing: Array($0.utf8)) } ?? envelope
        guard let event = body["event_type"]?.string, let payload = body["payload"],
            let thing = Self.thing(of: payload)
        else { return nil }
        self.event = event
        self.thing = thing
        let isError = body["priority"]?.string == "ERROR"
        // Where nova tells of states, this one comes of what fails without another word.
        let isFailure = event == "compute.instance.update" && payload["state"] == "error"
        isEnd = isError || isFailure || event.hasSuffix(".end") && !Self.partial.contains(event)
    }

    private static func thing(of payload: JSON) -> CloudThing? {
        // Notifications of attached volumes name the server first, errors of nova carry the whole server.
        if let id = payload["instance_id"]?.string { return .server(id) }
        if let id = payload["volume_id"]?.string { return .volume(id) }
        if let id = payload["share_id"]?.string { return .share(id) }
        return payload["args"]?["instance"]?["uuid"]?.string.map { .server($0) }
    }
}
