import Foundation

/// Makes a service's base URL from what a catalogue or a setting says.
enum EndpointURL {
    /// The URL with the version of the API that is spoken here in its path, without a slash at its end.
    ///
    /// Catalogues name `…/compute/v2.1`, `…:9696` without a version, `…/v2/…` of an older one: the first part that looks
    /// like a version is replaced, else one is added. Cinder takes the project's id after it in all its releases.
    static func base(_ url: String, for service: CloudService, projectID: String?) -> String {
        var url = url
        if let projectID {
            for name in ["%(project_id)s", "%(tenant_id)s", "$(project_id)s", "$(tenant_id)s"] {
                url = url.replacingOccurrences(of: name, with: projectID)
            }
        }
        while url.hasSuffix("/") { url.removeLast() }
        guard let version = service.version, let scheme = url.range(of: "://") else { return url }
        let host = url[scheme.upperBound...].firstIndex(of: "/") ?? url.endIndex
        var parts = url[host...].split(separator: "/").map(String.init)
        if let index = parts.firstIndex(where: isVersion) {
            parts[index] = version
        } else {
            parts.append(version)
        }
        if service == .blockStorage, let projectID, parts.last == version { parts.append(projectID) }
        return url[..<host] + parts.map { "/\($0)" }.joined()
    }

    /// `v3`, `v2.1`.
    private static func isVersion(_ part: String) -> Bool {
        guard part.hasPrefix("v"), let second = part.dropFirst().first, second.isASCII, second.isNumber else {
            return false
        }
        return part.dropFirst().allSatisfy { $0 == "." || $0.isASCII && $0.isNumber }
    }

    /// A text as one part of a path, or as a name or value of a query.
    static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    /// A query with its question mark; nothing when it is empty.
    static func query(_ pairs: [(name: String, value: String)]) -> String {
        guard !pairs.isEmpty else { return "" }
        return "?" + pairs.map { "\(escaped($0.name))=\(escaped($0.value))" }.joined(separator: "&")
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )
}
