import HawserCore
import HawserJobs
import HawserMetadata

extension Command {
    /// Makes and lists tenants.
    static let tenants = Command(
        name: "tenants",
        summary: "Make and list tenants.",
        commands: [
            Command(
                name: "add",
                summary: "Make a tenant and show its key, this once.",
                parameters: ["NAME"],
                settings: connections,
                run: addTenant
            ),
            Command(name: "ls", summary: "List tenants.", settings: connections, run: listTenants),
        ]
    )

    @Sendable private static func addTenant(_ invocation: Invocation) async throws -> Int32 {
        let name = invocation.argument("NAME")
        guard TenantKey.isName(name) else {
            throw CommandFailure(
                description: "a tenant's name has 1 to 128 characters, none of them a control character"
            )
        }
        let assembly = try Assembly(invocation.configuration)
        let key = TenantKey.make()
        try await assembly.tenants.prepare()
        do {
            let tenant = try await assembly.tenants.add(name: name, keyHash: TenantKey.hash(key))
            print("\(tenant.id)\t\(tenant.name)\t\(key.revealed)")
            return 0
        } catch let error as MetadataError where error.isDuplicate {
            throw CommandFailure(description: "there is a tenant of the name \(name)")
        }
    }

    @Sendable private static func listTenants(_ invocation: Invocation) async throws -> Int32 {
        let assembly = try Assembly(invocation.configuration)
        var last = ""
        while true {
            let page = try await assembly.tenants.list(after: last)
            for tenant in page { print("\(tenant.id)\t\(tenant.created.rfc3339)\t\(tenant.name)") }
            guard let end = page.last, page.count == 1000 else { return 0 }
            last = end.id
        }
    }
}
