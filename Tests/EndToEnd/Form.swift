/// A form of files as browsers send it (RFC 7578).
struct Form: Sendable {
    /// A file of a form.
    struct File: Sendable {
        let name: [UInt8]
        let bytes: [UInt8]
        let type: String

        /// `name` is written between quotes as it is.
        init(_ name: String, _ bytes: [UInt8], type: String = "text/plain") {
            self.init(rawName: Array(name.utf8), bytes, type: type)
        }

        init(rawName: [UInt8], _ bytes: [UInt8], type: String = "text/plain") {
            name = rawName
            self.bytes = bytes
            self.type = type
        }
    }

    static let boundary = "----end-to-end-7d1f"

    var type: String { "multipart/form-data; boundary=\(Self.boundary)" }
    let bytes: [UInt8]

    /// A form; without its end it is one that was cut off.
    init(_ files: [File], hasEnd: Bool = true) {
        var bytes: [UInt8] = []
        for file in files {
            bytes += Array("--\(Self.boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"".utf8)
            bytes += file.name
            bytes += Array("\"\r\nContent-Type: \(file.type)\r\n\r\n".utf8)
            bytes += file.bytes
            bytes += Array("\r\n".utf8)
        }
        if hasEnd { bytes += Array("--\(Self.boundary)--\r\n".utf8) }
        self.bytes = bytes
    }
}
