import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Starts, stops, suspends, resumes and reboots instances; what is so already is no error.
public struct InstanceOperateHandler: CloudHandler {
    /// `instance.operate`.
    public typealias Kind = InstanceOperate

    /// What was asked of the cloud.
    private struct Asked: Codable, Sendable {
        /// Whether the instance was so already.
        var isSo = false
        /// The id of the request.
        var request: String?
    }

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: InstanceOperate.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let compute = Compute(try await clouds.session(of: job.tenant, region: arguments.region))
        let (id, operation) = (arguments.instanceID, arguments.operation)
        let asked = try await job.step(
            "ask",
            adopt: { try await Self.adopt(operation, id, compute, since: job.created) }
        ) {
            let server = try await compute.server(id)
            if server.taskState == nil, server.status == operation.status, !operation.isReboot {
                return Asked(isSo: true)
            }
            let request = try await Self.unhurried { try await compute.request(operation.action, onServer: id) }
            return Asked(request: request)
        }
        if !asked.isSo {
            let watch = try await clouds.watch(of: job.tenant, region: arguments.region)
            try await settled("done", server: id, request: asked.request, compute, watch, job) { server in
                server.status == operation.status
            }
        }
        return Self.reply([
            "instance_id": .string(id), "operated_time": .string(Timestamp.now.rfc3339),
            "operate_type": .string(operation.rawValue),
        ])
    }

    /// What a run that died asked for: the newest action of the kind since the job began.
    private static func adopt(
        _ operation: InstanceOperate.Operation,
        _ id: String,
        _ compute: Compute,
        since created: Timestamp
    ) async throws -> Asked? {
        let actions = try await compute.actions(ofServer: id)
        // The cloud's times are whole seconds, and its clock may be a little behind.
        let since = created.adding(seconds: -2)
        let own = actions.first { $0.action == operation.actionName && ($0.startedAt ?? .now) >= since }
        return own.map { Asked(request: $0.requestID) }
    }
}

extension InstanceOperate.Operation {
    /// What the cloud is asked.
    fileprivate var action: Compute.Action {
        switch self {
        case .start: .start
        case .stop: .stop
        case .suspend: .suspend
        case .resume: .resume
        case .softreboot: .softReboot
        case .hardreboot: .hardReboot
        }
    }

    /// What the cloud's list of actions calls it.
    fileprivate var actionName: String { isReboot ? "reboot" : rawValue }

    /// The status afterwards.
    fileprivate var status: String {
        switch self {
        case .stop: "SHUTOFF"
        case .suspend: "SUSPENDED"
        case .start, .resume, .softreboot, .hardreboot: "ACTIVE"
        }
    }

    fileprivate var isReboot: Bool { self == .softreboot || self == .hardreboot }
}
