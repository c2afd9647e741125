import HawserCore

extension FileTree {
    /// What lists are sorted by.
    public enum Sorting: String, Sendable {
        case name
        case size
        case modtime

        fileprivate var field: String {
            switch self {
            case .name: "name"
            case .size: "size"
            case .modtime: "modified"
            }
        }
    }

    /// The most entries of a page.
    public static let largestPage = 2000

    /// A page of what is in a folder: folders first, then as sorted; equal ones by name.
    ///
    /// - Parameters:
    ///   - folder: the folder.
    ///   - tenant: whose.
    ///   - page: which, from 1.
    ///   - size: how many on each.
    ///   - sorting: by what.
    ///   - isAscending: from the least to the largest.
    /// - Returns: the entries.
    /// - Throws: `FileTreeError` 5 when the page is too large.
    public func list(
        _ folder: String,
        tenant: String,
        page: Int = 1,
        size: Int,
        sorting: Sorting = .name,
        isAscending: Bool = true
    ) async throws -> [TreeEntry] {
        guard size <= Self.largestPage else {
            throw FileTreeError(5, "page size can not more than \(Self.largestPage)")
        }
        var order: BSONDocument = ["folder": -1, sorting.field: .int(isAscending ? 1 : -1)]
        if sorting != .name { order["name"] = 1 }
        let filter: BSONDocument = ["tenant": .string(tenant), "parent": .string(folder)]
        let (skipped, isBeyond) = (max(page, 1) - 1).multipliedReportingOverflow(by: size)
        guard !isBeyond, skipped < Int(Int32.max) else { return [] }
        return try await entries.find(filter, sort: order, skip: skipped, limit: size).map(read)
    }

    /// What is in a folder, in the order of names, from behind a name; so many at most.
    public func children(
        of folder: String,
        tenant: String,
        after name: String? = nil,
        limit: Int
    ) async throws -> [TreeEntry] {
        var filter: BSONDocument = ["tenant": .string(tenant), "parent": .string(folder)]
        if let name { filter["name"] = ["$gt": .string(name)] }
        return try await entries.find(filter, sort: ["name": 1], limit: limit).map(read)
    }
}
