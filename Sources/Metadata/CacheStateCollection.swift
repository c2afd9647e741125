/// Which cache it was that the marks speak of.
///
/// Every call throws `MetadataUnavailable` when MongoDB does not answer and `MetadataError` when it refuses.
public struct CacheStateCollection: Sendable {
    /// A cache in the state in which it was last seen whole.
    public struct State: Sendable, Hashable {
        /// Random; stands in the cache, too, and is gone when that was emptied.
        public let generation: String
        /// The server's own name for its run: another one may have started with less than there was.
        public let run: String

        /// A state.
        public init(generation: String, run: String) {
            self.generation = generation
            self.run = run
        }
    }

    private let caches: MongoCollection

    /// The states of a database.
    public init(_ database: MongoDatabase) {
        caches = database.collection("caches")
    }

    /// The state of a cache; nil when it was never whole.
    public func find(_ name: String) async throws -> State? {
        try await caches.findOne(["_id": .string(name)]).map { document in
            try caches.reading(document) {
                State(generation: try $0.required("generation", \.string), run: try $0.required("run", \.string))
            }
        }
    }

    /// Notes the state of a cache.
    public func set(_ name: String, _ state: State) async throws {
        try await caches.updateOne(
            ["_id": .string(name)],
            ["$set": ["generation": .string(state.generation), "run": .string(state.run)]],
            upsert: true
        )
    }
}
