import Foundation
import HawserCloud
import HawserCore
import HawserHTTP
import Testing

/// A tenant of a test's own with its project in the cloud; both are gone when the test is over.
struct CloudTenant: Sendable {
    /// The end of a change: a status and a body of seed 004, however long it took.
    struct Outcome: Sendable, CustomStringConvertible {
        let status: Int
        let json: JSON
        /// The job that made the change.
        let job: String?

        var code: Int? { json["code"]?.int.map { Int($0) } }
        subscript(name: String) -> JSON? { json[name] }
        var description: String { "\(status) \(json.text.prefix(600))" }
    }

    let dev: Dev
    let tenant: Tenant
    let admin: CloudSession
    let domainID: String
    let projectID: String

    var client: Client { tenant.client }

    /// A text no other test has, for names.
    let mark = "t" + UUIDv7.make().suffix(12)

    /// Runs a test as a new tenant, and removes the tenant and all of its project.
    static func with(_ dev: Dev? = nil, _ body: (CloudTenant) async throws -> Void) async throws {
        let shared = try await CloudDev.shared(or: dev)
        let tenant = try await make(in: shared)
        do {
            try await body(tenant)
        } catch {
            try? await tenant.remove()
            throw error
        }
        try await tenant.remove()
    }

    private static func make(in dev: Dev) async throws -> CloudTenant {
        let body: JSON = ["tenant_name": .string("test \(UUIDv7.make())")]
        // Every dev counts its tenants from one; a number that another one has in this cloud is passed over.
        for _ in 0..<100 {
            let made = try await change(dev.admin, nil, "POST", "/iaas/v1/tenants", body)
            if made.status != 409 { return try await of(made, in: dev) }
        }
        throw UnexpectedOutcome(outcome: Outcome(status: 409, json: nil, job: nil))
    }

    /// A tenant that was made.
    static func of(_ made: Outcome, in dev: Dev) async throws -> CloudTenant {
        guard made.status == 200, let id = made["tenant_id"]?.string, let key = made["apikey"]?.string else {
            throw UnexpectedOutcome(outcome: made)
        }
        let admin = try await CloudDev.admin.value
        let domain = try #require(try await Identity(admin).domains(name: id).first)
        let project = try #require(try await Identity(admin).projects(.init(domainID: domain.id)).first)
        return CloudTenant(
            dev: dev,
            tenant: Tenant(id: id, key: key, base: dev.url),
            admin: admin,
            domainID: domain.id,
            projectID: project.id
        )
    }

    /// Asks for a change and waits for its end.
    func change(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> Outcome {
        try await Self.change(client, tenant, method, "/iaas/v1\(path)", body)
    }

    /// Asks for a change and answers its job at once.
    func submit(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> String {
        let answer = try await Self.send(client, method, "/iaas/v1\(path)", body, wait: nil)
        guard answer.status == 202, let id = answer["id"] else { throw UnexpectedAnswer(answer: answer) }
        return id
    }

    /// Waits for the end of a change.
    func outcome(of job: String) async throws -> Outcome { Self.outcome(try await tenant.finished(job)) }

    /// Reads.
    func get(_ path: String) async throws -> Answer { try await client.get("/iaas/v1\(path)") }

    /// What the operator sees of a list of the project's: `list(.compute, "/servers/detail", "servers")`.
    func list(_ service: CloudService, _ path: String, _ member: String) async throws -> [JSON] {
        var query = [(name: "project_id", value: projectID)]
        if service == .compute || service == .blockStorage || service == .sharedFileSystem {
            query.append(("all_tenants", "1"))
        }
        let answer = try await admin.send(CloudCall("GET", service, path, query: query))
        // Nova goes by either name of the filter, depending on its age.
        return (answer.body[member]?.array ?? []).filter {
            ($0["tenant_id"]?.string ?? $0["os-vol-tenant-attr:tenant_id"]?.string ?? projectID) == projectID
        }
    }

    /// The project's servers, as the operator sees them.
    func servers() async throws -> [JSON] { try await list(.compute, "/servers/detail", "servers") }

    /// The project's volumes, as the operator sees them.
    func volumes() async throws -> [JSON] { try await list(.blockStorage, "/volumes/detail", "volumes") }

    /// A network with a subnet, made past hawser.
    func network() async throws -> String {
        let body: JSON = ["network": ["name": .string(mark), "project_id": .string(projectID)]]
        let network = try await admin.send(CloudCall("POST", .network, "/networks", body: body)).body
        let id = try #require(network["network"]?["id"]?.string)
        let subnet: JSON = [
            "subnet": [
                "network_id": .string(id), "cidr": "10.77.0.0/24", "ip_version": 4, "project_id": .string(projectID),
            ]
        ]
        _ = try await admin.send(CloudCall("POST", .network, "/subnets", body: subnet))
        return id
    }
}

extension CloudTenant {
    private static func send(
        _ client: Client,
        _ method: String,
        _ path: String,
        _ body: JSON?,
        wait: Int?
    ) async throws -> Answer {
        var headers: [String: String] = [:]
        if let wait { headers["Prefer"] = "wait=\(wait)" }
        if body != nil { headers["Content-Type"] = "application/json" }
        let bytes: ClientRequest.Body = body.map { .bytes(Array($0.data)) } ?? (method == "POST" ? .bytes([]) : .none)
        return try await client.send(method, path, headers: headers, body: bytes)
    }

    private static func change(
        _ client: Client,
        _ tenant: Tenant?,
        _ method: String,
        _ path: String,
        _ body: JSON?
    ) async throws -> Outcome {
        let answer = try await send(client, method, path, body, wait: 60)
        let job = answer.headers["location"]?.split(separator: "/").last.map(String.init)
        guard answer.status == 202, let job, let tenant else {
            return Outcome(status: answer.status, json: answer.json, job: job)
        }
        return outcome(try await tenant.finished(job))
    }

    private static func outcome(_ job: JSON) -> Outcome {
        let id = job["id"]?.string
        if job["state"] == "succeeded" { return Outcome(status: 200, json: job["result"] ?? .null, job: id) }
        let details = job["error"]?["details"]
        return Outcome(
            status: details?["status"]?.int.map { Int($0) } ?? 502,
            json: [
                "code": details?["code"] ?? .null, "msg": job["error"]?["message"] ?? .null,
                "state": job["state"] ?? .null, "error": job["error"] ?? .null,
            ],
            job: id
        )
    }

    /// Removes all of the project, then the domain and the tenant's role.
    func remove() async throws {
        let limit = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < limit {
            let servers = try await servers()
            for server in servers { await delete(.compute, "/servers", server) }
            if servers.isEmpty {
                let volumes = try await volumes()
                for volume in volumes { await delete(.blockStorage, "/volumes", volume) }
                if volumes.isEmpty { break }
            }
            try await Task.sleep(for: .milliseconds(300))
        }
        try await freeRouters()
        for router in try await list(.network, "/routers", "routers") {
            await delete(.network, "/routers", router, interfaces: true)
        }
        for port in try await list(.network, "/ports", "ports") { await delete(.network, "/ports", port) }
        for network in try await list(.network, "/networks", "networks") {
            await delete(.network, "/networks", network)
        }
        // Neutron keeps the default security group of a project that is gone.
        for group in try await list(.network, "/security-groups", "security_groups") {
            await delete(.network, "/security-groups", group)
        }
        let identity = Identity(admin)
        _ = try await identity.updateDomain(domainID, isEnabled: false)
        try await identity.deleteDomain(domainID)
        for role in try await identity.roles(.init(name: tenant.id)) { try await identity.deleteRole(role.id) }
    }

    /// Deletes something; what cannot be deleted yet or any more is met again or not.
    private func delete(_ service: CloudService, _ path: String, _ thing: JSON, interfaces: Bool = false) async {
        guard let id = thing["id"]?.string else { return }
        if interfaces {
            let ports = (try? await list(.network, "/ports", "ports")) ?? []
            for port in ports where port["device_id"]?.string == id {
                let body: JSON = ["port_id": port["id"] ?? .null]
                _ = try? await admin.send(
                    CloudCall("PUT", .network, "/routers/\(id)/remove_router_interface", body: body)
                )
            }
        }
        _ = try? await admin.send(CloudCall("DELETE", service, "\(path)/\(id)"))
    }
}

extension CloudDev {
    /// A dev, or the one all tests share.
    static func shared(or dev: Dev?) async throws -> Dev {
        if let dev { return dev }
        return try await shared.value
    }
}

/// An outcome that leaves a test without ground to stand on.
struct UnexpectedOutcome: Error, CustomStringConvertible {
    let outcome: CloudTenant.Outcome
    var description: String { "unexpected outcome: \(outcome)" }
}
