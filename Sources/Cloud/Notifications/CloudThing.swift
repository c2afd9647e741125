/// Something of a cloud that jobs wait for.
public struct CloudThing: Sendable, Hashable {
    /// What it is.
    public enum Sort: String, Sendable, CaseIterable {
        /// Of nova.
        case server
        /// Of cinder.
        case volume
        /// Of manila.
        case share
    }

    /// What it is.
    public let sort: Sort
    /// Its id.
    public let id: String

    /// A thing by its id.
    public init(_ sort: Sort, _ id: String) {
        self.sort = sort
        self.id = id
    }

    /// A server.
    public static func server(_ id: String) -> CloudThing { CloudThing(.server, id) }
    /// A volume.
    public static func volume(_ id: String) -> CloudThing { CloudThing(.volume, id) }
    /// A share.
    public static func share(_ id: String) -> CloudThing { CloudThing(.share, id) }
}
