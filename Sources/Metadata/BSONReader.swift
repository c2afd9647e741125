import CMongoC
import HawserCore

/// Reads documents that libbson holds.
enum BSONReader {
    /// The whole document.
    ///
    /// - Throws: `BSONFieldError` at a value of a type this program never writes (regular expressions, code).
    static func document(_ source: OpaquePointer) throws -> BSONDocument {
        try document(over: hawser_bson_iter_new(source), named: "(document)")
    }

    /// Takes over the iterator.
    private static func document(over iterator: OpaquePointer?, named name: String) throws -> BSONDocument {
        guard let iterator else { throw BSONFieldError(field: name, isMissing: false) }
        defer { hawser_bson_iter_free(iterator) }
        var fields: [BSONDocument.Field] = []
        while bson_iter_next(iterator) {
            let name = Self.name(iterator)
            fields.append(BSONDocument.Field(name: name, value: try value(iterator, named: name)))
        }
        return BSONDocument(fields: fields)
    }

    private static func name(_ iterator: OpaquePointer) -> String {
        text(bson_iter_key(iterator), Int(bson_iter_key_len(iterator)))
    }

    private static func value(_ iterator: OpaquePointer, named name: String) throws -> BSON {
        switch bson_type_t(hawser_bson_iter_type(iterator)) {
        case BSON_TYPE_NULL, BSON_TYPE_UNDEFINED: return .null
        case BSON_TYPE_BOOL: return .bool(bson_iter_bool(iterator))
        case BSON_TYPE_INT32: return .int(Int64(bson_iter_int32(iterator)))
        case BSON_TYPE_INT64: return .int(bson_iter_int64(iterator))
        case BSON_TYPE_DOUBLE: return .double(bson_iter_double(iterator))
        case BSON_TYPE_DATE_TIME: return .date(Timestamp(milliseconds: bson_iter_date_time(iterator)))
        case BSON_TYPE_UTF8:
            var length: UInt32 = 0
            let start = bson_iter_utf8(iterator, &length)
            return .string(text(start, Int(length)))
        case BSON_TYPE_BINARY:
            var length: UInt32 = 0
            var start: UnsafePointer<UInt8>?
            bson_iter_binary(iterator, nil, &length, &start)
            return .binary(Array(UnsafeBufferPointer(start: start, count: Int(length))))
        case BSON_TYPE_OID:
            guard let id = bson_iter_oid(iterator) else { break }
            return .objectID(withUnsafeBytes(of: id.pointee.bytes) { Array($0).hex })
        case BSON_TYPE_TIMESTAMP:
            // Only in the server's own replies (cluster time): seconds in the upper half, as MongoDB orders them.
            var seconds: UInt32 = 0
            var increment: UInt32 = 0
            bson_iter_timestamp(iterator, &seconds, &increment)
            return .int(Int64(bitPattern: UInt64(seconds) << 32 | UInt64(increment)))
        case BSON_TYPE_ARRAY:
            return .array(try document(over: hawser_bson_iter_inside(iterator), named: name).fields.map(\.value))
        case BSON_TYPE_DOCUMENT:
            return .document(try document(over: hawser_bson_iter_inside(iterator), named: name))
        default: break
        }
        throw BSONFieldError(field: name, isMissing: false)
    }

    private static func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
        UnsafeBufferPointer(start: start, count: count).withMemoryRebound(to: UInt8.self) {
            String(decoding: $0, as: UTF8.self)
        }
    }
}
