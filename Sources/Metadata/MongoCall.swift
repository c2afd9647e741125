import CMongoC
import HawserCore

/// What one call of the driver needs, all of it freed when the call is over: documents, room for the reply and error.
///
/// Lives on one thread and is kept alive around the whole call by who makes it, so that its pointers stay good.
final class MongoCall {
    let operation: MongoOperation
    /// The client the call runs on.
    let client: OpaquePointer
    /// Where the driver puts its error.
    let error: UnsafeMutablePointer<bson_error_t>
    /// Where the driver puts its reply.
    let reply: OpaquePointer
    private var documents: [OpaquePointer] = []

    init(_ operation: MongoOperation, client: OpaquePointer) {
        self.operation = operation
        self.client = client
        error = .allocate(capacity: 1)
        error.initialize(to: bson_error_t())
        guard let memory = hawser_bson_child_new() else { preconditionFailure("out of memory") }
        // The driver initialises it again; a document that is still empty owns nothing, so nothing is lost by that.
        bson_init(memory)
        reply = memory
    }

    deinit {
        for document in documents { bson_destroy(document) }
        bson_destroy(reply)
        hawser_bson_child_free(reply)
        error.deallocate()
    }

    /// The document in the driver's form, good until the call is over.
    func bson(_ document: BSONDocument) throws -> OpaquePointer {
        guard let pointer = bson_new() else { preconditionFailure("out of memory") }
        documents.append(pointer)
        try BSONWriter.append(document, to: pointer)
        return pointer
    }

    /// Throws what the driver reported when it said it did not do it.
    func check(_ isDone: Bool) throws {
        guard isDone else { throw failure }
    }

    /// The typed error for what the driver reported.
    var failure: any Error {
        operation.error(
            domain: error.pointee.domain,
            code: Int(error.pointee.code),
            message: String(cString: hawser_bson_error_message(error))
        )
    }

    /// The whole reply.
    func replied() throws -> BSONDocument {
        try BSONReader.document(reply)
    }
}
