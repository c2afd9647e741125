import HawserCloud
import HawserCore
public import HawserJobs
import HawserQueue

/// Gives servers a security group or takes it from them, and tells of each how it went.
///
/// A server for which it cannot be done does not keep the others from it; when it can be done for none, the job fails.
public struct SecurityGroupOperateHandler: CloudHandler {
    /// `security_group.operate`.
    public typealias Kind = SecurityGroupOperate

    /// How it went for one server.
    private struct Result: Codable, Sendable {
        let instance: String
        var code = IaaSCode.ok.rawValue
        var message = IaaSCode.ok.text
        var status = 200
    }

    let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    func change(
        _ arguments: SecurityGroupOperate.Arguments,
        in job: JobContext,
        _ clouds: Clouds
    ) async throws -> JSON {
        let session = try await clouds.session(of: job.tenant, region: arguments.region)
        let (servers, cloud) = (Compute(session), Networking(session))
        let attaches = arguments.operation == "attach"
        // The undo hangs on what was read before the first change; nil stands for a server without ports.
        try await job.step(
            "before",
            adopt: { nil },
            undo: { (before: [String: Bool]) in
                for (server, had) in before where had != attaches {
                    let result = try await Self.set(!attaches, arguments.id, server, servers, cloud)
                    guard [200, 404].contains(result.status) else {
                        throw JobError.permanent("not_undone", "\(server): \(result.message)")
                    }
                }
            }
        ) {
            _ = try await cloud.securityGroup(arguments.id)
            var before: [String: Bool] = [:]
            for server in arguments.instances {
                before[server] = try await Self.has(arguments.id, server, cloud)
            }
            return before
        }
        var results: [Result] = []
        for server in arguments.instances {
            results.append(
                try await job.step("server:\(server)") {
                    try await Self.set(attaches, arguments.id, server, servers, cloud)
                }
            )
        }
        if let first = results.first, results.allSatisfy({ $0.status != 200 }) {
            let all = results.map { "\($0.instance): \($0.message)" }.joined(separator: "; ")
            throw JobError.cloud("no_instance", all, .securityGroupOperate, status: first.status)
        }
        return Self.reply([
            "security_group_id": .string(arguments.id),
            "ops_type": .string(arguments.operation),
            // The seed's spelling.
            "operateed_time": .string(Timestamp.now.rfc3339),
            "instances": .array(
                results.map {
                    [
                        "instance_id": .string($0.instance), "code": .int(Int64($0.code)),
                        "msg": .string($0.message),
                    ]
                }
            ),
        ])
    }

    /// Gives a server the group or takes it; what is so already stays so.
    private static func set(
        _ attaches: Bool,
        _ group: String,
        _ server: String,
        _ servers: Compute,
        _ cloud: Networking
    ) async throws -> Result {
        do {
            guard let isSo = try await has(group, server, cloud).map({ $0 == attaches }) else {
                // It may be that there is no such server.
                _ = try await servers.server(server)
                return failed(server, "the server has no port for it", 409)
            }
            // Nova refuses to take what a server does not have, as if there were no such server.
            if isSo { return Result(instance: server) }
            try await servers.act(attaches ? .addSecurityGroup(group) : .removeSecurityGroup(group), onServer: server)
            guard try await has(group, server, cloud) == attaches else {
                return failed(server, "the cloud did not change all ports of the server", 409)
            }
            return Result(instance: server)
        } catch let error as CloudError where !error.isTransient {
            return failed(server, error.told.message, error.told.status)
        } catch let error as CloudError {
            throw JobError(error, code: .securityGroupOperate)
        }
    }

    private static func failed(_ server: String, _ message: String, _ status: Int) -> Result {
        let code = IaaSCode.securityGroupOperate
        return Result(instance: server, code: code.rawValue, message: "\(code.text): \(message)", status: status)
    }

    /// Whether all ports of a server have the group; nil when it has no ports.
    private static func has(_ group: String, _ server: String, _ cloud: Networking) async throws -> Bool? {
        var filter = Networking.Filter()
        filter.deviceID = server
        let ports = try await cloud.ports(filter)
        return ports.isEmpty ? nil : ports.allSatisfy { $0.securityGroupIDs.contains(group) }
    }
}
