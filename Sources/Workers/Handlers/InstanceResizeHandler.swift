import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Gives instances another flavor and confirms it; taken back before that, they have the old one again.
public struct InstanceResizeHandler: CloudHandler {
    /// `instance.resize`.
    public typealias Kind = InstanceResize

    /// What is to be done.
    private struct Plan: Codable, Sendable {
        /// The name of the new flavor, which is what an instance tells.
        var flavor: String
        /// Whether the instance has it already.
        var isSo: Bool
    }

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(_ arguments: InstanceResize.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON {
        let session = try await clouds.session(of: job.tenant, region: arguments.region)
        let (compute, storage) = (Compute(session), BlockStorage(session))
        let id = arguments.instanceID
        let plan = try await job.step("look") { try await look(arguments, compute) }
        if !plan.isSo {
            let watch = try await clouds.watch(of: job.tenant, region: arguments.region)
            let request = try await ask(arguments, compute, job)
            try await settled(
                "resized",
                server: id,
                request: request.isEmpty ? nil : request,
                compute,
                watch,
                job
            ) { $0.status == "VERIFY_RESIZE" || $0.flavor.name == plan.flavor }
            try await job.step("confirm") {
                if try await compute.server(id).status == "VERIFY_RESIZE" {
                    _ = try await compute.request(.confirmResize, onServer: id)
                }
                return NoOutput()
            }
            try await settled("confirmed", server: id, request: nil, compute, watch, job) { server in
                ["ACTIVE", "SHUTOFF"].contains(server.status) && server.flavor.name == plan.flavor
            }
        }
        let reply = try await ServerReply(session).instance(id) { try await storage.volume($0) }
        return Self.reply(["instance": reply])
    }

    private func look(_ arguments: InstanceResize.Arguments, _ compute: Compute) async throws -> Plan {
        let server = try await compute.server(arguments.instanceID)
        // Something is at work on it: later its status tells whether it can be resized.
        if let task = server.taskState { throw JobError.retryable("busy", "the instance is busy: \(task)", after: 1) }
        guard ["ACTIVE", "SHUTOFF"].contains(server.status) else {
            throw JobError.cloud(
                "not_resizable",
                "the instance must be ACTIVE or SHUTOFF, it is \(server.status)",
                .instanceNotResizable,
                status: 409
            )
        }
        do {
            let flavor = try await compute.flavor(arguments.flavor)
            return Plan(flavor: flavor.name, isSo: server.flavor.name == flavor.name)
        } catch let error as CloudError where error.isNotFound {
            throw JobError.cloud("not_found", "flavor_ref: the cloud has none of this id", Kind.failure, status: 404)
        }
    }

    /// Asks for the new flavor, and answers the id of the request; undone, the old one is back unless it was confirmed.
    private func ask(
        _ arguments: InstanceResize.Arguments,
        _ compute: Compute,
        _ job: JobContext
    ) async throws -> String {
        let id = arguments.instanceID
        return try await job.step(
            "resize",
            adopt: {
                try await Self.translating {
                    let since = job.created.adding(seconds: -2)
                    let actions = try await compute.actions(ofServer: id)
                    return actions.first { $0.action == "resize" && ($0.startedAt ?? .now) >= since }?.requestID
                }
            },
            undo: { _ in
                try await Self.removing {
                    let server = try await compute.server(id)
                    switch server.status {
                    case "VERIFY_RESIZE" where server.taskState == nil:
                        try await compute.act(.revertResize, onServer: id)
                    case "RESIZE", "REVERT_RESIZE", "VERIFY_RESIZE": break
                    default: if server.taskState?.hasPrefix("resize") != true { return }
                    }
                    throw JobError.retryable("reverting", "the server \(id) is \(server.status)", after: 1)
                }
            }
        ) {
            do {
                return try await Self.unhurried {
                    try await compute.request(.resize(flavorID: arguments.flavor), onServer: id) ?? ""
                }
            } catch let error as CloudError {
                throw Self.refused(error)
            }
        }
    }
}
