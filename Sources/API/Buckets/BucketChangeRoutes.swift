import HawserBuckets
import HawserCore
import HawserHTTP
import HawserMetadata

/// Making and changing buckets: `POST` and `PUT /api/storages/bucket`.
struct BucketChangeRoutes: Sendable {
    private static let template = "\(BucketDialect.prefix)/bucket"
    private static let bodyLimit = 64 << 10
    /// The seed's numbers have four bytes.
    private static let numbers = Int64(Int32.min)...Int64(Int32.max)

    private static let schema: JSON = [
        "type": "object",
        "properties": [
            "BucketId": ["type": ["integer", "null"]], "Name": ["type": ["string", "null"], "maxLength": 100],
            "Path": ["type": ["string", "null"], "maxLength": 100],
            "Title": ["type": ["string", "null"], "maxLength": 100],
            "Encryption": ["anyOf": [BucketPolicyFields.encryptionSchema, ["type": "null"]]],
            "Layout": ["anyOf": [BucketPolicyFields.layoutSchema, ["type": "null"]]],
        ],
    ]

    let backend: Backend

    var add: Endpoint {
        Endpoint(
            method: "POST",
            template: Self.template,
            summary: "Make a bucket; without a number of 1 or more it gets the next one",
            access: .tenant,
            body: .init(type: "application/json", schema: Self.schema),
            answers: [.init(status: 200, help: "The bucket's number", schema: ["type": "integer"])],
            problems: [400, 409, 413, 415]
        ) { request, caller in
            let tenant = try caller.tenantID()
            var fields = FieldReader(try await request.json(upTo: Self.bodyLimit))
            let number = Self.number(&fields) ?? 0
            let name = Self.name(&fields, required: true)
            let path = Self.path(&fields, required: true)
            let title = Self.title(&fields)
            let policy = BucketPolicyFields(&fields)
            guard fields.errors.isEmpty, let name, let path else { throw Problem(status: 400, errors: fields.errors) }
            try await policy.check(backend.objects.contents)
            let bucket = try await backend.buckets.create(
                number: number < 1 ? nil : number,
                tenant: tenant,
                name: name,
                path: path,
                title: title,
                policy: StoragePolicy(encryption: policy.encryption ?? .none, layout: policy.layout ?? .automatic)
            )
            return BucketDialect.answer(.int(bucket.id))
        }
    }

    var change: Endpoint {
        Endpoint(
            method: "PUT",
            template: Self.template,
            summary: "Change what is not null of a bucket; without effect when there is none of the number",
            access: .tenant,
            body: .init(type: "application/json", schema: Self.schema),
            answers: [.init(status: 204, help: "Done")],
            problems: [400, 409, 413, 415]
        ) { request, caller in
            let tenant = try caller.tenantID()
            var fields = FieldReader(try await request.json(upTo: Self.bodyLimit))
            let number = Self.number(&fields)
            var change = Bucket.Change()
            change.name = Self.name(&fields, required: false)
            change.path = Self.path(&fields, required: false)
            change.title = Self.title(&fields)
            let policy = BucketPolicyFields(&fields)
            (change.encryption, change.layout) = (policy.encryption, policy.layout)
            if fields.errors.isEmpty, number.map({ $0 < 1 }) ?? true {
                fields.fail("BucketId", "must be a whole number from 1")
            }
            guard fields.errors.isEmpty, let number else { throw Problem(status: 400, errors: fields.errors) }
            try await policy.check(backend.objects.contents)
            try await backend.buckets.change(number, tenant: tenant, to: change)
            return Response(status: 204).askedAgain
        }
    }

    private static func number(_ fields: inout FieldReader) -> Int64? {
        fields.value("BucketId", "a whole number of 32 bits") { json in
            json.int.flatMap { numbers.contains($0) ? $0 : nil }
        }
    }

    private static func name(_ fields: inout FieldReader, required: Bool) -> String? {
        fields.value("Name", "a text of 1 to \(IncomingFile.longest) characters", required: required) { json in
            json.string.flatMap { line($0) }.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    private static func title(_ fields: inout FieldReader) -> String? {
        fields.value("Title", "a text of at most \(IncomingFile.longest) characters") { $0.string.flatMap { line($0) } }
    }

    private static func path(_ fields: inout FieldReader, required: Bool) -> String? {
        let rule = "a path of 1 to \(IncomingFile.longest) characters without . and .. in it"
        return fields.value("Path", rule, required: required) { json in
            guard let path = json.string.flatMap({ line($0) }), !path.isEmpty else { return nil }
            // It is a name here and never used as a path, but who reads the records may do that.
            let parts = path.split(whereSeparator: { $0 == "/" || $0 == "\\" })
            return parts.contains(".") || parts.contains("..") ? nil : path
        }
    }

    /// A text of one line, without spaces at its ends, that fits the seed's columns.
    private static func line(_ text: String) -> String? {
        var text = text[...]
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        let isLine = !text.unicodeScalars.contains { $0.value < 32 || (127...159).contains($0.value) }
        return isLine && text.utf16.count <= IncomingFile.longest ? String(text) : nil
    }
}
