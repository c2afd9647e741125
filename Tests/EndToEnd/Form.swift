/// A form of files as browsers send it (RFC 7578).
struct Form: Sendable {
    /// A file of a form.
    struct File: Sendable {
        let field: String
        let name: [UInt8]
        let bytes: [UInt8]
        let type: String?

        /// `name` is written between quotes as it is.
        init(_ name: String, _ bytes: [UInt8], type: String? = "text/plain", field: String = "file") {
            self.init(rawName: Array(name.utf8), bytes, type: type, field: field)
        }

        init(rawName: [UInt8], _ bytes: [UInt8], type: String? = "text/plain", field: String = "file") {
            self.field = field
            name = rawName
            self.bytes = bytes
            self.type = type
        }
    }

    static let boundary = "----end-to-end-7d1f"

    var type: String { "multipart/form-data; boundary=\(Self.boundary)" }
    let bytes: [UInt8]

    /// A form of fields and files; without its end it is one that was cut off.
    init(_ files: [File], fields: [(name: String, value: String)] = [], hasEnd: Bool = true) {
        var bytes: [UInt8] = []
        func begin(_ field: String) {
            bytes += Array("--\(Self.boundary)\r\nContent-Disposition: form-data; name=\"\(field)\"".utf8)
        }
        for field in fields {
            begin(field.name)
            bytes += Array("\r\n\r\n\(field.value)\r\n".utf8)
        }
        for file in files {
            begin(file.field)
            bytes += Array("; filename=\"".utf8) + file.name + Array("\"\r\n".utf8)
            if let type = file.type { bytes += Array("Content-Type: \(type)\r\n".utf8) }
            bytes += Array("\r\n".utf8) + file.bytes + Array("\r\n".utf8)
        }
        if hasEnd { bytes += Array("--\(Self.boundary)--\r\n".utf8) }
        self.bytes = bytes
    }
}
