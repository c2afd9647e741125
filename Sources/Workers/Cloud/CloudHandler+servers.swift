import HawserCloud
import HawserCore
import HawserJobs
import HawserQueue

extension CloudHandler {
    /// Whether a server as listed is gone: a deleted one is shown for a moment.
    static func isGone(_ server: Compute.Server?) -> Bool {
        guard let server else { return true }
        return ["DELETED", "SOFT_DELETED"].contains(server.status)
    }

    /// A step that asks for a server, found again by its metadata and deleted when the job is undone.
    func makeServer(
        _ request: Compute.ServerRequest,
        _ compute: Compute,
        _ job: JobContext
    ) async throws -> MadeThing {
        let mark = [Self.jobField: job.id.text]
        let (wanted, lookedBack) = (request, LookedBack())
        return try await job.step(
            "server",
            adopt: {
                lookedBack.set()
                return try await Self.translating {
                    try await Self.lookingAgain(for: "server", job) {
                        try await Self.servers(marked: mark, compute).first
                            .map { MadeThing(id: $0.id, isRepeated: false) }
                    }
                }
            },
            undo: { made in
                try await Self.undoing {
                    try await Self.remove(server: made.id, compute)
                    for other in try await Self.servers(marked: mark, compute) {
                        try await Self.remove(server: other.id, compute)
                    }
                }
            }
        ) {
            do {
                return try await Self.unhurried {
                    var request = wanted
                    request.metadata.merge(mark) { $1 }
                    return MadeThing(id: try await compute.createServer(request), isRepeated: lookedBack.isSet)
                }
            } catch let error as CloudError {
                throw Self.refused(error)
            }
        }
    }

    /// Deletes all but one of the servers of a job: see `keepOne`.
    func keepOneServer(_ made: MadeThing, _ compute: Compute, _ job: JobContext) async throws {
        guard made.isRepeated else { return }
        try await job.step("server-only") {
            for server in try await Self.servers(marked: [Self.jobField: job.id.text], compute)
            where server.id != made.id {
                try await Self.remove(server: server.id, compute)
            }
            return NoOutput()
        }
    }

    private static func servers(marked mark: [String: String], _ compute: Compute) async throws -> [Compute.Server] {
        var filter = Compute.ServerFilter()
        filter.metadata = mark
        return try await compute.servers(filter).filter { !isGone($0) && $0.taskState != "deleting" }
            .sorted { $0.id < $1.id }
    }

    /// Deletes a server; ends without an error only when it is gone, so that an undo is run until then.
    static func remove(server id: String, _ compute: Compute) async throws {
        try await CloudRemoval.finish("the instance \(id)") {
            let server = try await compute.server(id)
            return isGone(server) ? "deleting" : server.taskState ?? server.status
        } delete: {
            try await compute.deleteServer(id)
        }
    }

    /// What a refusal of a new server or flavor means.
    static func refused(_ error: CloudError) -> JobError {
        let text = error.message.lowercased()
        if error.kind == .badRequest, isAboutSize(text) {
            return .cloud("image_too_big", "the image does not fit on the system disk", Kind.failure, status: 400)
                .telling(error.said)
        }
        return JobError(error, code: Kind.failure)
    }

    /// A server that is in error with its fault, as far as the cloud tells it.
    private static func withFault(_ listed: Compute.Server, _ compute: Compute) async -> Compute.Server {
        var server = listed
        // Lists do not tell the fault of a server that never came to a host, and Nova sets the status before it writes
        // the fault (`set_vm_state_and_notify`): what is not there yet is looked for again.
        for pause in [0, 0.2, 0.5, 1, 2] where server.fault == nil {
            try? await Task.sleep(for: .seconds(pause))
            server = (try? await compute.server(listed.id)) ?? server
        }
        return server
    }

    /// Why a server that is in error is: a sentence for the client, the cloud's words for operators.
    static func failed(server listed: Compute.Server, _ compute: Compute) async -> JobError {
        let server = await withFault(listed, compute)
        let text = server.fault?.message.lowercased() ?? ""
        let error: JobError
        if text.contains("no valid host") || text.contains("no hosts") {
            error = .cloud("no_valid_host", "no host of the cloud has room for the instance", Kind.failure, status: 409)
        } else if text.contains("exceeded maximum number of retries") {
            error = .cloud("no_host_left", "no host of the cloud could build the instance", Kind.failure, status: 502)
        } else if text.contains("quota") {
            error = .cloud("quota_exceeded", "the tenant's quota is used up", Kind.failure, status: 403)
        } else if isAboutSize(text) {
            error = .cloud("image_too_big", "the image does not fit on the system disk", Kind.failure, status: 400)
        } else if text.contains("block device mapping") || text.contains("volume") {
            error = .cloud("system_disk_failed", "the instance's disk could not be made", Kind.failure, status: 502)
        } else {
            error = .cloud("server_failed", "the cloud could not do this with the instance", Kind.failure, status: 502)
        }
        return error.telling([
            "server": .string(server.id), "status": .string(server.status),
            "fault": .string(server.fault?.message ?? ""), "details": .string(server.fault?.details ?? ""),
        ])
    }

    private static func isAboutSize(_ text: String) -> Bool {
        text.contains("too small") || text.contains("smaller than the minimum") || text.contains("is too big")
            || text.contains("too large") || text.contains("exceeds") && text.contains("image")
            || text.contains("minimum disk size")
    }

    /// The newest thing that was done with a server, before this job asks for more; empty when there is none.
    static func newestAction(ofServer id: String, _ compute: Compute) async throws -> String {
        try await compute.actions(ofServer: id).first?.requestID ?? ""
    }

    /// What a run that died asked a server for: the id of the newest request of that name since a known one.
    ///
    /// By what was known and not by time: a job that waited for its turn is older than what the one before it did.
    static func asked(
        _ action: String,
        ofServer id: String,
        since known: String,
        _ compute: Compute
    ) async throws -> String? {
        let actions = try await compute.actions(ofServer: id)
        return actions.prefix { $0.requestID != known }.first { $0.action == action }?.requestID
    }

    /// Waits until something a server was asked for is over, and for the state it is to be in then.
    ///
    /// Its status may be the same before and after, or the old one again after a failure: the cloud's list of actions
    /// decides.
    func settled(
        _ name: String,
        server id: String,
        request: String?,
        _ compute: Compute,
        _ watch: CloudWatch,
        _ job: JobContext,
        isDone: @escaping @Sendable (Compute.Server) -> Bool
    ) async throws {
        try await news(name, about: [.server(id)], watch, job) { fresh -> Bool? in
            let server = try watch.servers.status(of: id, fresh: fresh)
            guard let server, !Self.isGone(server) else {
                throw JobError.cloud("server_gone", "the instance was deleted meanwhile", Kind.failure, status: 404)
            }
            guard server.taskState == nil else { return nil }
            if server.status == "ERROR" { throw await Self.failed(server: server, compute) }
            let isDone = isDone(server)
            // Some statuses tell all; else the action must be over, too.
            guard let request else { return isDone ? true : nil }
            let action = try await compute.action(request, ofServer: id)
            if action.hasFailed {
                throw JobError.cloud(
                    "action_failed",
                    "the cloud could not do this with the instance",
                    Kind.failure,
                    status: 502
                ).telling(["server": .string(id), "action": .string(action.action), "request": .string(request)])
            }
            return isDone && action.isFinished ? true : nil
        }
    }
}
