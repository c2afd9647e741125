import HawserCloud
import HawserCore
import Testing

@Suite(.enabled(if: TestCloud.isThere, "HAWSER_TEST_CLOUDS is not set"))
struct IdentityTests {
    @Test func domainProjectUserAndRoleAreMadeChangedAndRemoved() async throws {
        let identity = Identity(try TestCloud.session())
        let name = TestCloud.name("identity")
        let domain = try await identity.createDomain(name: name, description: "one")
        #expect(domain.isEnabled && domain.description == "one")
        #expect(try await identity.domains(name: name).map(\.id) == [domain.id])
        let project = try await identity.createProject(name: name, domainID: domain.id, description: "p")
        let user = try await identity.createUser(
            name: name,
            password: Secret("pw-1"),
            domainID: domain.id,
            defaultProjectID: project.id
        )
        #expect(user.defaultProjectID == project.id && user.domainID == domain.id)
        let role = try await identity.createRole(name: name)
        try await identity.grant(role: role.id, toUser: user.id, in: .project(project.id))
        try await identity.grant(role: role.id, toUser: user.id, in: .project(project.id))
        try await identity.grant(role: role.id, toUser: user.id, in: .domain(domain.id))
        let held = try await identity.roleAssignments(user: user.id)
        #expect(Set(held.compactMap(\.place)) == [.project(project.id), .domain(domain.id)])
        #expect(try await identity.roleAssignments(in: .project(project.id)).map(\.roleID) == [role.id])

        var settings = try TestCloud.settings()
        settings.credentials.method = .password(.name(name, domain: .name(name)), Secret("pw-1"))
        settings.credentials.scope = .projectNamed(name, domain: .id(domain.id))
        let token = try await CloudSession(settings, client: TestCloud.client).token()
        #expect(token.projectID == project.id && token.userID == user.id && token.roles.contains(name))
        #expect(token.catalog.regions.contains("RegionOne"))

        _ = try await identity.updateUser(user.id, password: Secret("pw-2"))
        let refused = await #expect(throws: CloudError.self) {
            try await CloudSession(settings, client: TestCloud.client).token()
        }
        #expect(refused?.kind == .unauthorized && refused?.requestID != nil)
        settings.credentials.method = .password(.id(user.id), Secret("pw-2"))
        #expect(try await CloudSession(settings, client: TestCloud.client).token().userID == user.id)

        try await identity.revoke(role: role.id, fromUser: user.id, in: .project(project.id))
        let gone = await #expect(throws: CloudError.self) {
            try await identity.revoke(role: role.id, fromUser: user.id, in: .project(project.id))
        }
        #expect(gone?.isNotFound == true)
        #expect(try await identity.renameRole(role.id, to: name + "-2").name == name + "-2")
        #expect(try await identity.updateProject(project.id, description: "q").description == "q")
        let twice = await #expect(throws: CloudError.self) { try await identity.createDomain(name: name) }
        #expect(twice?.kind == .conflict && twice?.isTransient == false)
        let enabled = await #expect(throws: CloudError.self) { try await identity.deleteDomain(domain.id) }
        #expect(enabled?.kind == .forbidden)

        try await identity.deleteRole(role.id)
        try await identity.deleteUser(user.id)
        try await identity.deleteProject(project.id)
        #expect(try await identity.updateDomain(domain.id, isEnabled: false).isEnabled == false)
        try await identity.deleteDomain(domain.id)
        let missing = await #expect(throws: CloudError.self) { try await identity.domain(domain.id) }
        #expect(missing?.isNotFound == true && missing?.status == 404)
    }
}
