import HawserCore
import HawserHTTP

/// The resources that a request of seed 004 names by their ids: in its path, its query and its body.
///
/// A member of the body names one when its name ends as the seed's names of ids do, at whatever depth; so does a
/// parameter of the query.
struct NamedResources {
    /// How the seed ends the names of ids: `instance_id`, `instance_ids`, `peer_a_subnetid`, `image_ref`,
    /// `network_uuid`.
    private static let endings = ["id", "ids", "_ref"]
    /// More ids than this are refused; the longest list of ids that any route takes has a hundred.
    static let limit = 1000
    /// Ids that are longer are none.
    private static let longest = 255

    /// Sorted, each once.
    private(set) var ids: [String] = []

    /// Finds them.
    ///
    /// - Throws: a 400 problem when they are too many or too long.
    init(path: [String: String], query: [(name: String, value: String)], body: JSON?) throws {
        var found = Set(path.values)
        for (name, value) in query where Self.isID(name) { found.insert(value) }
        if let body { Self.gather(body, into: &found) }
        found.remove("")
        guard found.count <= Self.limit, !found.contains(where: { $0.utf8.count > Self.longest }) else {
            throw Problem(
                status: 400,
                detail: "at most \(Self.limit) resources can be named, by ids of up to \(Self.longest) bytes"
            )
        }
        ids = found.sorted()
    }

    private static func isID(_ name: String) -> Bool { endings.contains { name.hasSuffix($0) } }

    private static func gather(_ json: JSON, into found: inout Set<String>) {
        switch json {
        case .array(let elements): for element in elements { gather(element, into: &found) }
        case .object(let members):
            for (name, value) in members {
                guard isID(name) else {
                    gather(value, into: &found)
                    continue
                }
                // What is neither a text nor a list of texts is refused by the route.
                for element in value.array ?? [value] { if let id = element.string { found.insert(id) } }
            }
        default: break
        }
    }
}
