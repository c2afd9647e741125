/// What a tenant has stored and moved.
public struct Usage: Sendable, Hashable {
    /// Bytes stored now.
    public var volume: Int64 = 0
    /// Objects stored now.
    public var objects: Int64 = 0
    /// Bytes that went up since the beginning.
    public var up: Int64 = 0
    /// Bytes that went down since the beginning.
    public var down: Int64 = 0

    /// Usage of so much.
    public init(volume: Int64 = 0, objects: Int64 = 0, up: Int64 = 0, down: Int64 = 0) {
        self.volume = volume
        self.objects = objects
        self.up = up
        self.down = down
    }

    init(document: BSONDocument) throws {
        volume = try document.optional("volume", \.int) ?? 0
        objects = try document.optional("objects", \.int) ?? 0
        up = try document.optional("up", \.int) ?? 0
        down = try document.optional("down", \.int) ?? 0
    }

    /// Both together.
    public static func + (a: Usage, b: Usage) -> Usage {
        Usage(volume: a.volume + b.volume, objects: a.objects + b.objects, up: a.up + b.up, down: a.down + b.down)
    }

    /// The fields that are not zero, for `$inc`.
    var change: BSONDocument {
        BSONDocument(
            fields: [("volume", volume), ("objects", objects), ("up", up), ("down", down)].filter { $0.1 != 0 }
                .map { BSONDocument.Field(name: $0.0, value: .int($0.1)) }
        )
    }
}
