import HawserCore

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
        throw CommandFailure(description: "not built yet")
    }

    @Sendable private static func listTenants(_ invocation: Invocation) async throws -> Int32 {
        throw CommandFailure(description: "not built yet")
    }
}
