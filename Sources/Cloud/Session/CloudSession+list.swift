import HawserCore

/// How a service cuts a long list into pages.
enum CloudPaging {
    /// By the id of the last one seen (`marker`).
    case marker
    /// By how many were seen (`offset`).
    case offset
    /// Not at all.
    case none
}

extension CloudSession {
    /// The most pages of one list; a service that never ends is not followed for ever.
    private static let maxPages = 10_000

    /// Reads a list of things, page by page, to its end.
    ///
    /// The service cuts pages by its own limit; whether there is another one is told by a link, or by a full page where
    /// a page's length was asked for.
    func list<Model: CloudModel>(
        _ call: CloudCall,
        _ member: String,
        paging: CloudPaging = .marker,
        pageSize: Int? = nil,
        as type: Model.Type = Model.self
    ) async throws -> [Model] {
        var all: [Model] = []
        var last: String?
        for _ in 0..<Self.maxPages {
            var call = call
            if let pageSize, paging != .none { call.query.append(("limit", "\(pageSize)")) }
            if let last { call.query.append(("marker", last)) }
            if paging == .offset, !all.isEmpty { call.query.append(("offset", "\(all.count)")) }
            let answer = try await send(call)
            let page: [Model] = try answer.readList(member)
            all += page
            guard !page.isEmpty, paging != .none, answer.hasNext(member) || page.count == pageSize else { return all }
            if paging == .marker {
                let id = try answer.reading { try answer.lastID(of: member) }
                guard id != last else { break }
                last = id
            }
        }
        throw CloudError(.malformed, call.operation, message: "the list has no end")
    }
}

extension CloudAnswer {
    /// Whether the service says that there is another page.
    func hasNext(_ member: String) -> Bool {
        // Nova, Cinder, Neutron, Manila: servers_links; Glance: next; Keystone: links.next.
        if let links = body["\(member)_links"]?.array { return links.contains { $0["rel"]?.string == "next" } }
        if body["next"]?.string != nil { return true }
        return body["links"]?["next"]?.string != nil
    }

    /// The id of the last one of a list.
    func lastID(of member: String) throws -> String {
        guard let last = body[member]?.array?.last else { throw CloudFields.Failure(path: member, reason: "is empty") }
        return try CloudFields(last, at: member).text("id")
    }
}

/// A page of a list.
public struct CloudPage<Item: Sendable>: Sendable {
    /// The things on it.
    public let items: [Item]
    /// What to ask for the next page with; nil when this is the last one.
    public let next: String?
}

extension CloudSession {
    /// Reads one page of a list.
    func page<Model: CloudModel>(
        _ call: CloudCall,
        _ member: String,
        limit: Int,
        marker: String?,
        as type: Model.Type = Model.self
    ) async throws -> CloudPage<Model> {
        var call = call
        call.query.append(("limit", "\(limit)"))
        if let marker { call.query.append(("marker", marker)) }
        let answer = try await send(call)
        let items: [Model] = try answer.readList(member)
        let isLast = items.isEmpty || !answer.hasNext(member) && items.count < limit
        return CloudPage(items: items, next: isLast ? nil : try answer.reading { try answer.lastID(of: member) })
    }
}
