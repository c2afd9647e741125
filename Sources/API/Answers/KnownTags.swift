import HawserHTTP

/// The entity tags a client knows already: `If-None-Match` (RFC 9110, 13.1.2).
struct KnownTags: Sendable {
    private let tags: [String]

    /// Reads the header; nil when the request has none.
    init?(_ request: Request) {
        let values = request.headers.all("if-none-match")
        guard !values.isEmpty else { return nil }
        // No tag of ours holds a comma.
        tags = values.flatMap { $0.split(separator: ",") }.map { $0.filter { $0 != " " && $0 != "\t" } }
    }

    /// Whether a tag is among them, by weak comparison, as the RFC wants it here.
    func contain(_ tag: String) -> Bool {
        tags.contains { $0 == "*" || $0 == tag || $0 == "W/" + tag }
    }
}
