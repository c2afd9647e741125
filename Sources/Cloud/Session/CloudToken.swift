public import HawserCore

/// A token of Keystone, and what it says about who holds it.
public struct CloudToken: Sendable {
    /// The token itself.
    public let secret: Secret
    /// When it ends, by Keystone's clock.
    public let expiresAt: Timestamp
    /// When it was made, by Keystone's clock.
    public let issuedAt: Timestamp
    /// The user's id.
    public let userID: String
    /// The user's name.
    public let userName: String
    /// The project's id, when it is for one.
    public let projectID: String?
    /// The project's name, when it is for one.
    public let projectName: String?
    /// The names of the roles it carries.
    public let roles: [String]
    /// The services and where they are.
    public let catalog: Catalog
    /// When to have a new one, by this machine's monotonic clock: before its end by a fifth of its life, at most 300 s.
    let renewAt: ContinuousClock.Instant

    init(_ secret: Secret, _ fields: CloudFields, receivedAt: ContinuousClock.Instant) throws {
        self.secret = secret
        let now = Timestamp.now
        issuedAt = try fields.time("issued_at") ?? now
        expiresAt = try fields.time("expires_at") ?? now.adding(seconds: 300)
        let user = try fields.fields("user")
        userID = try user.text("id")
        userName = try user.optionalText("name") ?? userID
        let project = try fields.optionalFields("project")
        projectID = try project?.text("id")
        projectName = try project?.optionalText("name")
        roles = try fields.optionalList("roles").map { try $0.text("name") }
        catalog = try Catalog(fields.optionalList("catalog"))
        // Both times are Keystone's, so that the two clocks need not agree.
        let life = max(0, expiresAt.seconds(since: issuedAt))
        renewAt = receivedAt + .seconds(life - min(300, life / 5))
    }
}
