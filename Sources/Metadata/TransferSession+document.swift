import Foundation
import HawserCore

extension TransferSession {
    init(document: BSONDocument) throws {
        guard let kind = Kind(rawValue: try document.required("type", \.string)) else {
            throw BSONFieldError(field: "type", isMissing: false)
        }
        id = try document.required("_id", \.string)
        self.kind = kind
        tenant = try document.required("tenant", \.string)
        created = try document.required("created", \.date)
        expiresAt = try document.optional("openUntil", \.date) ?? document.required("expiresAt", \.date)
        total = Int(try document.required("total", \.int))
        remaining = Int(try document.required("remaining", \.int))
        done = Int(try document.required("done", \.int))
        failure = try document.optional("failure", \.string)
        files = try document.required("files", \.array).map(\.json)
        pending = (try document.optional("pending", \.array) ?? []).compactMap(\.string)
        callback = try kind == .upload ? Callback(document: document) : nil
        callbackJob = try document.optional("callbackJob", \.string) ?? ""
        storageObjectID = try document.optional("storage_object_id", \.string)
        fileName = try document.optional("fileName", \.string)
        mode = try document.optional("mode", \.string)
    }

    var document: BSONDocument {
        var document: BSONDocument = [
            "_id": .string(id), "type": .string(kind.rawValue), "tenant": .string(tenant), "created": .date(created),
            "expiresAt": .date(expiresAt), "total": .int(Int64(total)), "remaining": .int(Int64(remaining)),
            "done": .int(Int64(done)), "files": .array(files.map { BSON($0) }),
        ]
        document["failure"] = failure.map(BSON.string)
        document["storage_object_id"] = storageObjectID.map(BSON.string)
        document["fileName"] = fileName.map(BSON.string)
        document["mode"] = mode.map(BSON.string)
        guard let callback else { return document }
        document["requestMethod"] = .string(callback.requestMethod)
        document["callbackJob"] = .string(callbackJob)
        document["requestUri"] = .string(callback.requestUri)
        // As text: a business system may send JSON nested deeper than MongoDB's documents may be.
        document["requestBody"] = .string(callback.requestBody.text)
        document["authorization"] = callback.authorization.map(BSON.binary)
        return document
    }
}

extension TransferSession.Callback {
    fileprivate init(document: BSONDocument) throws {
        requestMethod = try document.required("requestMethod", \.string)
        requestUri = try document.required("requestUri", \.string)
        authorization = try document.optional("authorization", \.binary)
        let text = try document.required("requestBody", \.string)
        do {
            requestBody = try JSON(parsing: text.utf8)
        } catch {
            throw BSONFieldError(field: "requestBody", isMissing: false)
        }
    }
}
