import HawserMetadata
import HawserQueue

/// The two collections in which jobs are recorded.
struct JobShelves: Sendable {
    /// The jobs that are not over.
    let open: MongoCollection
    /// Those that are.
    let finished: MongoCollection

    init(_ database: MongoDatabase) {
        open = database.collection("jobs")
        finished = database.collection("finished_jobs")
    }

    /// Both, in the order in which a job that ends moves: read one after the other, it is not missed.
    var both: [MongoCollection] { [open, finished] }

    /// The newest document of each job that has one, by id.
    func find(_ ids: [JobID], projection: BSONDocument = [:]) async throws -> [String: BSONDocument] {
        let filter: BSONDocument = ["_id": ["$in": .array(ids.map { .string($0.text) })]]
        var found: [String: BSONDocument] = [:]
        for shelf in both { try Self.gather(try await shelf.find(filter, projection: projection), in: &found) }
        return found
    }

    /// The newest document of a job.
    func find(_ id: JobID, projection: BSONDocument = [:]) async throws -> BSONDocument? {
        if let document = try await find([id], projection: projection)[id.text] { return document }
        // One that is run again moves the other way.
        return try await open.findOne(["_id": .string(id.text)], projection: projection)
    }

    /// Adds documents, of two of one job the newer one.
    static func gather(_ documents: [BSONDocument], in found: inout [String: BSONDocument]) throws {
        for document in documents {
            let id = try document.required("_id", \.string)
            if let other = found[id], try JobDocument.sequence(other) > JobDocument.sequence(document) { continue }
            found[id] = document
        }
    }
}
