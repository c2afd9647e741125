public import HawserCore

/// What Cinder or Manila tells a user about a failure of a volume or share.
public struct CloudMessage: Sendable, Hashable, CloudModel {
    /// The id.
    public let id: String
    /// The words.
    public let userMessage: String
    /// The kind of thing it is about: `VOLUME`, `SHARE`.
    public let resourceType: String?
    /// The thing it is about.
    public let resourceID: String?
    /// The service's number for what happened.
    public let detailID: String?
    /// The id of the request that failed.
    public let requestID: String?
    /// When it was written.
    public let createdAt: Timestamp?

    init(_ fields: CloudFields) throws {
        id = try fields.text("id")
        userMessage = try fields.optionalText("user_message") ?? ""
        resourceType = try fields.optionalText("resource_type")
        // Cinder says resource_uuid, Manila resource_id.
        resourceID = try fields.optionalText("resource_uuid") ?? fields.optionalText("resource_id")
        detailID = try fields.optionalText("event_id") ?? fields.optionalText("detail_id")
        requestID = try fields.optionalText("request_id")
        createdAt = try fields.time("created_at")
    }
}
