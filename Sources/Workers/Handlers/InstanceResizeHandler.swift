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
        let watch = try await clouds.watch(of: job.tenant, region: arguments.region)
        let (compute, storage) = (Compute(session), BlockStorage(session))
        let id = arguments.instanceID
        let plan = try await job.step("look") { try await look(arguments, compute) }
        if !plan.isSo {
            let request = try await ask(arguments, plan, compute, job)
            try await settled(
                "resized",
                server: id,
                request: request.isEmpty ? nil : request,
                compute,
                watch,
                job
            ) { $0.status == "VERIFY_RESIZE" || $0.flavor.name == plan.flavor }
            try await job.step("confirm") {
                guard try await compute.server(id).status == "VERIFY_RESIZE" else { return NoOutput() }
                do {
                    try await compute.act(.confirmResize, onServer: id)
                } catch let error as CloudError where error.kind == .badRequest || error.kind == .conflict {
                    // An earlier run was heard: the status stays until the cloud has done it, and it is not done twice.
                }
                return NoOutput()
            }
            try await settled("confirmed", server: id, request: nil, compute, watch, job) { server in
                ["ACTIVE", "SHUTOFF"].contains(server.status) && server.flavor.name == plan.flavor
            }
        }
        let reply = try await ServerReply(session, offer: watch.offer).instance(id) { try await storage.volume($0) }
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
        _ plan: Plan,
        _ compute: Compute,
        _ job: JobContext
    ) async throws -> String {
        let id = arguments.instanceID
        let known = try await job.step("known") { try await Self.newestAction(ofServer: id, compute) }
        return try await job.step(
            "resize",
            adopt: {
                try await Self.translating { try await Self.asked("resize", ofServer: id, since: known, compute) }
            },
            undo: { _ in
                try await Self.undoing {
                    let server = try await compute.server(id)
                    switch server.status {
                    case "VERIFY_RESIZE" where server.taskState == nil:
                        do {
                            try await compute.act(.revertResize, onServer: id)
                        } catch let error as CloudError where error.kind == .badRequest || error.kind == .conflict {
                            // It is being confirmed or reverted: its status will tell which.
                        }
                    case "RESIZE", "REVERT_RESIZE", "VERIFY_RESIZE": break
                    default:
                        if server.taskState?.hasPrefix("resize") == true { break }
                        if server.flavor.name == plan.flavor { throw Kept("the instance's new flavor") }
                        return
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
