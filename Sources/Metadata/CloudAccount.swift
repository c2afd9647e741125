public import HawserCore

/// What a tenant is in the cloud: its domain, project, user and role there.
public struct CloudAccount: Sendable, Hashable {
    /// The tenant.
    public let tenant: String
    /// The cloud, by its name in `clouds.yaml`.
    public let cloud: String
    /// The domain that was made for it.
    public let domainID: String
    /// Its project in that domain.
    public let projectID: String
    /// Its user in that domain.
    public let userID: String
    /// The role the user has on the project.
    public let roleID: String
    /// The user's password, sealed by `Crypto.seal` with the context `context(of:)`.
    public let sealedPassword: [UInt8]
    /// When it was made.
    public let created: Timestamp

    /// An account of all its parts.
    public init(
        tenant: String,
        cloud: String,
        domainID: String,
        projectID: String,
        userID: String,
        roleID: String,
        sealedPassword: [UInt8],
        created: Timestamp
    ) {
        self.tenant = tenant
        self.cloud = cloud
        self.domainID = domainID
        self.projectID = projectID
        self.userID = userID
        self.roleID = roleID
        self.sealedPassword = sealedPassword
        self.created = created
    }

    /// What a tenant's password is sealed for, so that nobody can give one tenant the password of another.
    public static func context(of tenant: String) -> String { "cloud-password:\(tenant)" }

    init(document: BSONDocument) throws {
        tenant = try document.required("_id", \.string)
        cloud = try document.required("cloud", \.string)
        domainID = try document.required("domain_id", \.string)
        projectID = try document.required("project_id", \.string)
        userID = try document.required("user_id", \.string)
        roleID = try document.required("role_id", \.string)
        sealedPassword = try document.required("password", \.binary)
        created = try document.required("created", \.date)
    }

    var document: BSONDocument {
        [
            "_id": .string(tenant), "cloud": .string(cloud), "domain_id": .string(domainID),
            "project_id": .string(projectID), "user_id": .string(userID), "role_id": .string(roleID),
            "password": .binary(sealedPassword), "created": .date(created),
        ]
    }
}
