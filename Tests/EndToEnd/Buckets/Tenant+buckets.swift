import HawserCore

extension Tenant {
    /// Makes a bucket and answers its number.
    func bucket(_ more: [String: JSON] = [:]) async throws -> Int64 {
        let record: [String: JSON] = ["Name": "Attachments", "Path": "/attachments"]
        let answer = try await client.post("/api/storages/bucket", .object(record.merging(more) { _, new in new }))
        guard answer.status == 200, let id = answer.json.int else { throw UnexpectedAnswer(answer: answer) }
        return id
    }

    /// Puts files into a bucket and answers their records.
    func put(_ form: Form, into bucket: Int64) async throws -> [JSON] {
        let answer = try await client.post("/api/storages/file/\(bucket)", form)
        guard answer.status == 200, let files = answer.json.array else { throw UnexpectedAnswer(answer: answer) }
        return files
    }

    /// Puts one file into a bucket and answers its id.
    func putFile(_ bytes: [UInt8], name: String = "File-Name.jpg", into bucket: Int64) async throws -> String {
        let files = try await put(Form([.init(name, bytes, type: "image/jpeg", field: "Attachment")]), into: bucket)
        return files.first?["FileId"]?.string ?? ""
    }
}
