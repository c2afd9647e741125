import HawserCore

/// The checks of Redis and MongoDB.
extension Examination {
    /// Whether Redis is there, new enough, evicts nothing and writes to disk.
    static func redis(_ configuration: Configuration) async -> [Finding] {
        [.warn("redis", "not checked")]
    }

    /// Whether MongoDB is there and a replica set.
    static func mongo(_ configuration: Configuration) async -> [Finding] {
        [.warn("mongodb", "not checked")]
    }
}
