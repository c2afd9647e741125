import Foundation
import HawserCore
import HawserHTTP

/// The fields of one cloud in one region, and what they mean.
struct CloudsFileFields {
    let entry: CloudsFileEntry
    let members: [String: JSON]

    /// The text of the first of these fields that is there; empty text counts as not there.
    private func text(_ names: [String], auth: Bool = false) throws -> String? {
        for name in names {
            // A field of `auth` wins over one of the same name outside.
            for (path, value) in [("auth.\(name)", auth ? members["auth"]?[name] : nil), (name, members[name])] {
                guard let value, value != .null else { continue }
                guard let text = CloudsFileEntry.text(value) else { throw entry.error(path, "is no text; quote it") }
                if !text.isEmpty { return text }
            }
        }
        return nil
    }

    private func auth(_ names: String...) throws -> String? { try text(names, auth: true) }

    private func required(_ names: String..., for what: String) throws -> String {
        if let text = try text(names, auth: true) { return text }
        throw entry.error("auth.\(names[0])", "is missing; \(what) needs it")
    }

    func credentials() throws -> CloudCredentials {
        if let value = members["auth"], value != .null, value.object == nil {
            throw entry.error("auth", "is no mapping")
        }
        let method = try method()
        var isApplication = false
        switch method {
        case .applicationCredential, .namedApplicationCredential: isApplication = true
        default: break
        }
        let hint = members["profile"].map { _ in "; its profile is not in clouds-public.yaml, or has none" } ?? ""
        guard let url = try auth("auth_url") else { throw entry.error("auth.auth_url", "is missing\(hint)") }
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw entry.error("auth.auth_url", "is no http or https URL")
        }
        return CloudCredentials(authURL: url, method: method, scope: isApplication ? .none : try scope())
    }

    private func method() throws -> CloudCredentials.Method {
        let named = try text(["auth_type", "auth_plugin"])
        let type: String
        if let named {
            type = named
        } else if try auth("application_credential_secret") != nil {
            type = "v3applicationcredential"
        } else if try auth("token", "auth_token") != nil, try auth("password") == nil {
            type = "v3token"
        } else {
            type = "password"
        }
        switch type {
        case "password", "v3password":
            let password = try required("password", for: "auth_type \(type)")
            return .password(try user(for: type), Secret(password))
        case "token", "v3token":
            return .token(Secret(try required("token", "auth_token", for: "auth_type \(type)")))
        case "v3applicationcredential":
            let secret = Secret(try required("application_credential_secret", for: "auth_type \(type)"))
            if let id = try auth("application_credential_id") { return .applicationCredential(id: id, secret) }
            let name = try required("application_credential_name", for: "auth_type \(type) without an id")
            return .namedApplicationCredential(name, try user(for: type), secret)
        default:
            throw entry.error(
                "auth_type",
                "is not supported; use password, token or v3applicationcredential"
            )
        }
    }

    private func user(for type: String) throws -> CloudCredentials.User {
        if let id = try auth("user_id") { return .id(id) }
        let name = try required("username", "user_name", for: "auth_type \(type)")
        return .name(name, domain: try domain("user_domain") ?? .default)
    }

    private func scope() throws -> CloudCredentials.Scope {
        if let system = try auth("system_scope") {
            guard system == "all" else { throw entry.error("auth.system_scope", "must be all") }
            return .system
        }
        if let id = try auth("project_id", "tenant_id") { return .project(id: id) }
        if let name = try auth("project_name", "tenant_name") {
            return .projectNamed(name, domain: try domain("project_domain") ?? .default)
        }
        if let id = try auth("domain_id") { return .domain(.id(id)) }
        if let name = try auth("domain_name") { return .domain(.name(name)) }
        return .none
    }

    /// The domain of user or project.
    ///
    /// Where a project is named, `domain_id` and `domain_name` stand for both domains; an id wins over a name.
    private func domain(_ prefix: String) throws -> CloudCredentials.Domain? {
        let isShared = try auth("project_id", "project_name", "tenant_id", "tenant_name") != nil
        if let id = try auth("\(prefix)_id") { return .id(id) }
        if isShared, let id = try auth("domain_id") { return .id(id) }
        if let name = try auth("\(prefix)_name") { return .name(name) }
        if isShared, let name = try auth("domain_name") { return .name(name) }
        if let id = try auth("default_domain_id", "default_domain") { return .id(id) }
        return try auth("default_domain_name").map { .name($0) }
    }

    func interface(_ names: [String]) throws -> CloudInterface? {
        guard let text = try text(names) else { return nil }
        guard let interface = CloudInterface(named: text) else {
            let name = names.first { members[$0] != nil } ?? names[0]
            throw entry.error(name, "must be public, internal or admin")
        }
        return interface
    }

    func tls() throws -> ClientTLS {
        // Insecure is the strongest word, as in openstacksdk.
        let isInsecure = try boolean("insecure") ?? false
        return ClientTLS(
            verifies: isInsecure ? false : try boolean("verify") ?? true,
            caFile: try text(["cacert"]).map(expanded),
            certificateFile: try text(["cert"]).map(expanded),
            keyFile: try text(["key"]).map(expanded)
        )
    }

    private func boolean(_ name: String) throws -> Bool? {
        switch members[name] {
        case nil, .null?: return nil
        case .bool(let value)?: return value
        // openstacksdk takes other texts for false here, and for the name of a file with certificates in "verify".
        case .some(let value) where name == "insecure": return CloudsFileEntry.text(value)?.lowercased() == "true"
        default: throw entry.error(name, "must be true or false, without quotes")
        }
    }

    private func expanded(_ path: String) -> String { (path as NSString).expandingTildeInPath }

    func services() throws -> [CloudService: CloudSettings.Service] {
        var services: [CloudService: CloudSettings.Service] = [:]
        for service in CloudService.allCases {
            func names(_ key: String) -> [String] { service.settingPrefixes.map { "\($0)_\(key)" } }
            var settings = CloudSettings.Service()
            settings.endpoint = try text(names("endpoint_override") + names("endpoint"))
            settings.region = try text(names("region_name"))
            settings.interface = try interface(names("interface"))
            settings.type = try text(names("service_type"))
            if let text = try text(names("default_microversion")) {
                guard let version = Microversion(text) else {
                    throw entry.error(names("default_microversion")[0], "is no microversion like 2.79")
                }
                settings.microversion = version
            } else if let text = try text(names("api_version")), let version = Microversion(text), version.minor > 0,
                service == .compute || service == .blockStorage || service == .sharedFileSystem
            {
                // openstacksdk takes 2.79 here for a microversion, too; 2.1 is Nova's major version.
                settings.microversion = service == .compute && version.minor == 1 ? nil : version
            }
            if settings != CloudSettings.Service() { services[service] = settings }
        }
        return services
    }
}
