import CMongoC
import HawserCore

/// Writes documents into libbson's form.
enum BSONWriter {
    /// Appends all fields of a document.
    ///
    /// - Throws: `BSONFieldError` for a name with a NUL, an ObjectId that is none, or a document beyond 2 GiB.
    static func append(_ document: BSONDocument, to target: OpaquePointer) throws {
        for field in document.fields {
            try append(field.value, named: field.name, to: target)
        }
    }

    private static func append(_ values: [BSON], to target: OpaquePointer) throws {
        for (index, value) in values.enumerated() {
            try append(value, named: String(index), to: target)
        }
    }

    private static func append(_ value: BSON, named name: String, to target: OpaquePointer) throws {
        let length = Int32(name.utf8.count)
        let isDone: Bool
        switch value {
        case .null: isDone = bson_append_null(target, name, length)
        case .bool(let value): isDone = bson_append_bool(target, name, length, value)
        case .int(let value): isDone = bson_append_int64(target, name, length, value)
        case .double(let value): isDone = bson_append_double(target, name, length, value)
        case .date(let value): isDone = bson_append_date_time(target, name, length, value.milliseconds)
        case .string(let text):
            var text = text
            isDone = text.withUTF8 { bytes in
                // An empty string may have no address, which libbson would store as null.
                guard !bytes.isEmpty else { return bson_append_utf8(target, name, length, "", 0) }
                return bytes.withMemoryRebound(to: CChar.self) {
                    bson_append_utf8(target, name, length, $0.baseAddress, Int32($0.count))
                }
            }
        case .binary(let bytes):
            isDone = bson_append_binary(target, name, length, BSON_SUBTYPE_BINARY, bytes, UInt32(bytes.count))
        case .objectID(let text):
            guard bson_oid_is_valid(text, text.utf8.count) else { throw BSONFieldError(field: name, isMissing: false) }
            var id = bson_oid_t()
            bson_oid_init_from_string(&id, text)
            isDone = bson_append_oid(target, name, length, &id)
        case .array(let values):
            isDone = try withChild { child in
                guard bson_append_array_begin(target, name, length, child) else { return false }
                try append(values, to: child)
                return bson_append_array_end(target, child)
            }
        case .document(let document):
            isDone = try withChild { child in
                guard bson_append_document_begin(target, name, length, child) else { return false }
                try append(document, to: child)
                return bson_append_document_end(target, child)
            }
        }
        guard isDone else { throw BSONFieldError(field: name, isMissing: false) }
    }

    /// Lends the memory of a child document, which libbson initialises and which owns nothing itself.
    private static func withChild(_ body: (OpaquePointer) throws -> Bool) rethrows -> Bool {
        guard let child = hawser_bson_child_new() else { return false }
        defer { hawser_bson_child_free(child) }
        return try body(child)
    }
}
