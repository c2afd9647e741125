public import HawserCore

/// What to log in to a cloud with, and for what.
public struct CloudCredentials: Sendable, Hashable {
    /// A domain, by its id or its name.
    public enum Domain: Sendable, Hashable {
        /// By its id.
        case id(String)
        /// By its name.
        case name(String)

        /// The domain that every cloud has from its start.
        public static let `default` = Domain.id("default")
    }

    /// A user, by its id or by its name within a domain.
    public enum User: Sendable, Hashable {
        /// By its id.
        case id(String)
        /// By its name within a domain.
        case name(String, domain: Domain)
    }

    /// How the user shows who it is.
    public enum Method: Sendable, Hashable {
        /// A password.
        case password(User, Secret)
        /// A token from elsewhere; a new one is made from it, which ends no later.
        case token(Secret)
        /// An application credential by its id.
        case applicationCredential(id: String, Secret)
        /// An application credential by its name.
        case namedApplicationCredential(String, User, Secret)
    }

    /// What the token is good for.
    public enum Scope: Sendable, Hashable {
        /// Nothing but asking what there is; also for application credentials, which carry their project.
        case none
        /// A project by its id.
        case project(id: String)
        /// A project by its name within a domain.
        case projectNamed(String, domain: Domain)
        /// A domain.
        case domain(Domain)
        /// The whole cloud.
        case system
    }

    /// Where Keystone is; with or without `/v3`.
    public var authURL: String
    /// How the user shows who it is.
    public var method: Method
    /// What the token is good for.
    public var scope: Scope

    /// Credentials.
    public init(authURL: String, method: Method, scope: Scope) {
        self.authURL = authURL
        self.method = method
        self.scope = scope
    }

    /// The secret in it.
    public var secret: Secret {
        switch method {
        case .password(_, let secret), .token(let secret), .applicationCredential(_, let secret),
            .namedApplicationCredential(_, _, let secret):
            secret
        }
    }

    /// Who logs in, for logs; holds no secret.
    public var subject: String {
        switch method {
        case .password(let user, _): user.label
        case .token: "token"
        case .applicationCredential(let id, _): "application credential \(id)"
        case .namedApplicationCredential(let name, let user, _): "application credential \(name) of \(user.label)"
        }
    }

    /// What Keystone is asked for a token with; it holds the secret in the clear.
    var loginBody: JSON {
        let identity: [String: JSON] =
            switch method {
            case .password(let user, let password):
                [
                    "methods": ["password"],
                    "password": ["user": .object(user.members.adding("password", password.revealed))],
                ]
            case .token(let token):
                ["methods": ["token"], "token": ["id": .string(token.revealed)]]
            case .applicationCredential(let id, let secret):
                [
                    "methods": ["application_credential"],
                    "application_credential": ["id": .string(id), "secret": .string(secret.revealed)],
                ]
            case .namedApplicationCredential(let name, let user, let secret):
                [
                    "methods": ["application_credential"],
                    "application_credential": [
                        "name": .string(name), "user": .object(user.members), "secret": .string(secret.revealed),
                    ],
                ]
            }
        var auth: [String: JSON] = ["identity": .object(identity)]
        switch scope {
        case .none: break
        case .project(let id): auth["scope"] = ["project": ["id": .string(id)]]
        case .projectNamed(let name, let domain):
            auth["scope"] = ["project": ["name": .string(name), "domain": .object(domain.members)]]
        case .domain(let domain): auth["scope"] = ["domain": .object(domain.members)]
        case .system: auth["scope"] = ["system": ["all": true]]
        }
        return ["auth": .object(auth)]
    }
}

extension CloudCredentials.Domain {
    var members: [String: JSON] {
        switch self {
        case .id(let id): ["id": .string(id)]
        case .name(let name): ["name": .string(name)]
        }
    }
}

extension CloudCredentials.User {
    var members: [String: JSON] {
        switch self {
        case .id(let id): ["id": .string(id)]
        case .name(let name, let domain): ["name": .string(name), "domain": .object(domain.members)]
        }
    }

    var label: String {
        switch self {
        case .id(let id): id
        case .name(let name, _): name
        }
    }
}

extension [String: JSON] {
    fileprivate func adding(_ name: String, _ text: String) -> [String: JSON] {
        merging([name: .string(text)]) { _, new in new }
    }
}
