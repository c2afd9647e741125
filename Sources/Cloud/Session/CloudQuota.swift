/// How much of something a project may have.
public struct CloudQuota: Sendable, Hashable {
    /// What it is about: `instances`, `gigabytes`.
    public let name: String
    /// The most; nil is as much as there is.
    public let limit: Int?
    /// How much is used, reservations included.
    public let used: Int

    /// What is left; nil is as much as there is.
    public var free: Int? { limit.map { max(0, $0 - used) } }

    init?(_ name: String, _ fields: CloudFields, limit: String, used: String) throws {
        guard let most = try fields.optionalInt(limit) else { return nil }
        self.name = name
        self.limit = most < 0 ? nil : most
        self.used = try fields.optionalInt(used) ?? 0
    }
}
