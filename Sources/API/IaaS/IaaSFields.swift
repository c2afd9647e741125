import HawserCore
import HawserHTTP
import HawserJobs

/// What the bodies and queries of seed 004 have in common.
extension FieldReader {
    /// Whether a text can be an id in a cloud: 1 to 64 letters, digits, `-`, `_` and `.`.
    static func isID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text != "." && text != ".."
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// An id of a cloud.
    mutating func id(_ name: String, required: Bool = true) -> String? {
        value(name, "an id: 1 to 64 letters, digits, '-', '_' or '.'", required: required) { json in
            json.string.flatMap { Self.isID($0) ? $0 : nil }
        }
    }

    /// A text without control characters; an empty one is none where it is not required.
    mutating func text(_ name: String, upTo limit: Int = 255, required: Bool = false) -> String? {
        let text = value(name, "a text of \(required ? 1 : 0) to \(limit) characters", required: required) { json in
            json.string.flatMap { text in
                (required ? 1 : 0)...limit ~= text.unicodeScalars.count
                    && !text.unicodeScalars.contains { $0.properties.generalCategory == .control } ? text : nil
            }
        }
        return text
    }

    /// A text that may be left out or empty, which is the same.
    mutating func optionalText(_ name: String, upTo limit: Int = 255) -> String? {
        text(name, upTo: limit).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The region; missing or empty: the cloud's first.
    mutating func region() -> String? { optionalText("region") }

    /// A disk's type and size.
    mutating func disk(_ name: String, required: Bool = true, sizeRequired: Bool = true) -> CloudDiskConf? {
        guard let json = value(name, "an object", required: required, { $0.object == nil ? nil : $0 }) else {
            return nil
        }
        return disk(json, at: name, sizeRequired: sizeRequired)
    }

    /// Disks.
    mutating func disks(_ name: String, atMost limit: Int) -> [CloudDiskConf] {
        let list = value(name, "a list of at most \(limit) disks") { json in
            json.array.flatMap { $0.count <= limit ? $0 : nil }
        }
        return (list ?? []).enumerated().compactMap { disk($1, at: "\(name)[\($0)]", sizeRequired: true) }
    }

    private mutating func disk(_ json: JSON, at name: String, sizeRequired: Bool) -> CloudDiskConf? {
        var fields = FieldReader(json, prefix: name)
        let type = fields.optionalText("volume_type")
        let size = fields.value("size_in_g", "a whole number from 1 to 1048576", required: sizeRequired) { json in
            json.int.flatMap { 1...1_048_576 ~= $0 ? Int($0) : !sizeRequired && $0 == 0 ? 0 : nil }
        }
        fields.refuseOthers()
        for error in fields.errors { note(error) }
        return CloudDiskConf(volumeType: type, sizeGiB: size == 0 ? nil : size)
    }

    /// What was read, unless something is wrong.
    ///
    /// - Throws: a problem that names all that is wrong.
    mutating func finish() throws {
        refuseOthers()
        guard errors.isEmpty else { throw Problem.invalid(errors) }
    }
}

extension Request {
    /// The id in the path as one of a cloud.
    ///
    /// - Throws: `IaaSFailure` when it cannot be one.
    func cloudID() throws -> String {
        guard let text = pathParameters["id"], FieldReader.isID(text) else {
            throw IaaSFailure(.badParameter, status: 400, "the id in the path is none")
        }
        return text
    }

    /// The region in the query; missing or empty: the cloud's first.
    func region() throws -> String? {
        guard let text = query("region"), !text.isEmpty else { return nil }
        guard text.utf8.count <= 255 else { throw IaaSFailure(.badParameter, status: 400, "region is too long") }
        return text
    }

    /// Which part of a list is asked for: `page_number` from 1 and `page_size` from 1 to 1000, else 128.
    ///
    /// - Throws: `IaaSFailure` when one is something else.
    func page() throws -> (number: Int, size: Int) {
        func number(_ name: String, _ range: ClosedRange<Int>, _ otherwise: Int) throws -> Int {
            guard let text = query(name), !text.isEmpty else { return otherwise }
            guard let number = Int(text), range.contains(number) else {
                let rule = "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
                throw IaaSFailure(.badParameter, status: 400, "\(name) \(rule)")
            }
            return number
        }
        return (try number("page_number", 1...1_000_000, 1), try number("page_size", 1...1000, 128))
    }
}

extension Endpoint.Parameter {
    /// The region of a read.
    static let region = Endpoint.Parameter(
        name: "region",
        place: .query,
        help: "The cloud's region; missing: its first"
    )

    /// Which page of a list.
    static let pageNumber = Endpoint.Parameter(
        name: "page_number",
        place: .query,
        help: "Which page, from 1",
        schema: ["type": "integer", "minimum": 1, "default": 1]
    )

    /// How long a page of a list is.
    static let pageSize = Endpoint.Parameter(
        name: "page_size",
        place: .query,
        help: "How many on a page",
        schema: ["type": "integer", "minimum": 1, "maximum": 1000, "default": 128]
    )

    /// The id of a cloud's resource in the path.
    static func cloudID(_ help: String) -> Endpoint.Parameter {
        Endpoint.Parameter(name: "id", place: .path, help: help, schema: ["type": "string", "maxLength": 64])
    }
}

extension Array {
    /// A page of a list, from 1; empty beyond its end.
    func page(_ page: (number: Int, size: Int)) -> ArraySlice<Element> {
        let start = Swift.min((page.number - 1) * page.size, count)
        return self[start..<Swift.min(start + page.size, count)]
    }
}
