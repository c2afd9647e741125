public import HawserCore

extension Compute {
    /// What can be done with a server.
    public enum Action: Sendable, Hashable {
        /// Starts a stopped one.
        case start
        /// Stops it.
        case stop
        /// Writes its memory to disk and halts it.
        case suspend
        /// Goes on after `suspend`.
        case resume
        /// Asks its system to start again.
        case softReboot
        /// Switches it off and on.
        case hardReboot
        /// Gives it another flavor; the cloud may take it to another host.
        case resize(flavorID: String)
        /// Keeps the new flavor, in the status `VERIFY_RESIZE`.
        case confirmResize
        /// Goes back to the old flavor, in the status `VERIFY_RESIZE`.
        case revertResize
        /// Gives its ports a security group, by name or id; `badRequest` when they have it.
        case addSecurityGroup(String)
        /// Takes a security group from its ports, by name or id; `notFound` when they do not have it.
        case removeSecurityGroup(String)
    }

    /// Asks for an action; all but those on security groups go on after this returns.
    ///
    /// - Throws: `CloudError`; `conflict` when the server's status does not allow it, `busy` when another action is at
    ///   work.
    public func act(_ action: Action, onServer id: String) async throws {
        _ = try await session.send(call("POST", "/servers/\(part(id))/action", body: action.body))
    }

    /// Something that was done with a server, and how it went.
    public struct InstanceAction: Sendable, Hashable, CloudModel {
        /// One part of an action.
        public struct Event: Sendable, Hashable {
            /// Its name.
            public let name: String
            /// `Success` or `Error`; nil while it is at work.
            public let result: String?
            /// When it began.
            public let startedAt: Timestamp?
            /// When it ended.
            public let finishedAt: Timestamp?
        }

        /// One of `create`, `stop`, `reboot`, `resize` and others.
        public let action: String
        /// The id of the request that asked for it.
        public let requestID: String
        /// `Error` when it failed, else nil.
        public let message: String?
        /// When it was asked for.
        public let startedAt: Timestamp?
        /// When it changed last.
        public let updatedAt: Timestamp?
        /// Its parts, newest first; in the answer for a single action only.
        public let events: [Event]

        /// Whether all its parts have ended.
        public var isFinished: Bool { !events.isEmpty && events.allSatisfy { $0.result != nil } }
        /// Whether it or a part of it failed.
        public var hasFailed: Bool { message == "Error" || events.contains { $0.result == "Error" } }

        init(_ fields: CloudFields) throws {
            action = try fields.text("action")
            requestID = try fields.text("request_id")
            message = try fields.optionalText("message")
            startedAt = try fields.time("start_time")
            updatedAt = try fields.time("updated_at")
            events = try fields.optionalList("events").map { event in
                Event(
                    name: try event.text("event"),
                    result: try event.optionalText("result"),
                    startedAt: try event.time("start_time"),
                    finishedAt: try event.time("finish_time")
                )
            }
        }
    }

    /// What was done with a server, newest first.
    ///
    /// - Throws: `CloudError`.
    public func actions(ofServer id: String) async throws -> [InstanceAction] {
        // Nova's marker here is the request's id; the newest thousand are more than anybody asks for.
        try await session.list(
            call("GET", "/servers/\(part(id))/os-instance-actions"),
            "instanceActions",
            paging: .none
        )
    }

    /// One thing that was done with a server, with its parts.
    ///
    /// - Parameters:
    ///   - requestID: the id of the request that asked for it.
    ///   - id: the server's id.
    /// - Returns: that action with its parts.
    /// - Throws: `CloudError`.
    public func action(_ requestID: String, ofServer id: String) async throws -> InstanceAction {
        try await session.send(call("GET", "/servers/\(part(id))/os-instance-actions/\(part(requestID))"))
            .read("instanceAction")
    }
}

extension Compute.Action {
    var body: JSON {
        switch self {
        case .start: ["os-start": nil]
        case .stop: ["os-stop": nil]
        case .suspend: ["suspend": nil]
        case .resume: ["resume": nil]
        case .softReboot: ["reboot": ["type": "SOFT"]]
        case .hardReboot: ["reboot": ["type": "HARD"]]
        case .resize(let flavor): ["resize": ["flavorRef": .string(flavor)]]
        case .confirmResize: ["confirmResize": nil]
        case .revertResize: ["revertResize": nil]
        case .addSecurityGroup(let group): ["addSecurityGroup": ["name": .string(group)]]
        case .removeSecurityGroup(let group): ["removeSecurityGroup": ["name": .string(group)]]
        }
    }
}
