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
        let known = try await job.step("known") { try await Self.newestAction(ofServer: id, compute) }
        let asked = try await job.step(
            "ask",
            adopt: {
                try await Self.translating {
                    let request = try await Self.asked(operation.actionName, ofServer: id, since: known, compute)
                    return request.map { Asked(request: $0) }
                }
            },
            undo: { asked in if !asked.isSo { throw Kept("the instance's \(operation.rawValue)") } }
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
