import CYaml
import HawserCore

/// A YAML document as `JSON`, with the lines its values stand on.
///
/// Read by libyaml; plain words mean what YAML 1.1 as PyYAML's `safe_load` says they mean (`yes` is true, `0x10` is 16),
/// because that is how every OpenStack tool reads its files. Aliases are copied, merge keys (`<<`) merged. Its errors
/// never quote the text, which may hold passwords.
struct YAML {
    /// A text that is not YAML, or not YAML that is accepted here.
    struct Failure: Error {
        /// The line, counted from 1.
        let line: Int
        let reason: String
    }

    static let maxBytes = 1 << 20
    static let maxDepth = 32
    /// How many values a document may have, aliases counted as often as they are used.
    static let maxValues = 50_000

    let value: JSON
    private let lines: [[String]: Int]

    /// Reads a text that holds one document or none.
    ///
    /// - Throws: `YAML.Failure`.
    init(parsing text: String) throws {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.maxBytes else {
            throw Failure(line: 1, reason: "is longer than \(Self.maxBytes) bytes")
        }
        (value, lines) = try bytes.withUnsafeBufferPointer { bytes in
            var reader = try Reader(bytes)
            defer { reader.close() }
            let value = try reader.document()
            return (value, reader.lines)
        }
    }

    /// The line of a value by the keys that lead to it, or of the nearest value around it that has one.
    func line(of path: [String]) -> Int? {
        var path = path
        while !path.isEmpty {
            if let line = lines[path] { return line }
            path.removeLast()
        }
        return nil
    }

    /// Walks libyaml's events.
    ///
    /// The parser lives on the heap because libyaml keeps pointers into it.
    private struct Reader {
        private struct Anchored {
            let value: JSON
            let count: Int
            let depth: Int
        }

        private let parser: UnsafeMutablePointer<yaml_parser_t>
        private var event = yaml_event_t()
        private var anchors: [String: Anchored] = [:]
        private var count = 0
        private var path: [String] = []
        private(set) var lines: [[String]: Int] = [:]

        init(_ bytes: UnsafeBufferPointer<UInt8>) throws {
            parser = .allocate(capacity: 1)
            parser.initialize(to: yaml_parser_t())
            guard yaml_parser_initialize(parser) == 1 else {
                parser.deallocate()
                throw Failure(line: 1, reason: "cannot be read: out of memory")
            }
            yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        }

        mutating func close() {
            yaml_event_delete(&event)
            yaml_parser_delete(parser)
            parser.deallocate()
        }

        private var line: Int { event.start_mark.line + 1 }

        private func failure(_ reason: String) -> Failure { Failure(line: line, reason: reason) }

        /// Reads the next event into `event`.
        private mutating func next() throws {
            yaml_event_delete(&event)
            guard yaml_parser_parse(parser, &event) == 1 else {
                // libyaml's words are about syntax and hold nothing of the text.
                let problem = parser.pointee.problem.map { String(cString: $0) } ?? "is not YAML"
                throw Failure(line: parser.pointee.problem_mark.line + 1, reason: problem)
            }
        }

        mutating func document() throws -> JSON {
            try next()
            try next()
            guard event.type == YAML_DOCUMENT_START_EVENT else { return .null }
            try next()
            let value = try node(depth: 0)
            try next()
            try next()
            guard event.type == YAML_STREAM_END_EVENT else { throw failure("holds more than one document") }
            return value
        }

        private mutating func take(_ more: Int) throws {
            count += more
            if count > maxValues { throw failure("holds more than \(maxValues) values") }
        }

        /// The value that starts with the current event, and is left at its last one.
        private mutating func node(depth: Int) throws -> JSON {
            guard depth <= maxDepth else { throw failure("is nested deeper than \(maxDepth)") }
            if lines[path] == nil { lines[path] = line }
            let before = count
            try take(1)
            let anchor: UnsafeMutablePointer<yaml_char_t>?
            let value: JSON
            switch event.type {
            case YAML_ALIAS_EVENT:
                guard let copied = anchors[Self.text(event.data.alias.anchor) ?? ""] else {
                    throw failure("an alias names an anchor that is not above it")
                }
                guard depth + copied.depth <= maxDepth else { throw failure("is nested deeper than \(maxDepth)") }
                try take(copied.count)
                return copied.value
            case YAML_SCALAR_EVENT:
                anchor = event.data.scalar.anchor
                let name = Self.text(anchor)
                value = try scalar()
                if let name { anchors[name] = Anchored(value: value, count: 1, depth: 0) }
                return value
            case YAML_SEQUENCE_START_EVENT:
                let name = Self.text(event.data.sequence_start.anchor)
                value = try sequence(depth: depth)
                if let name { anchors[name] = anchored(value, since: before) }
                return value
            case YAML_MAPPING_START_EVENT:
                let name = Self.text(event.data.mapping_start.anchor)
                value = try mapping(depth: depth)
                if let name { anchors[name] = anchored(value, since: before) }
                return value
            default:
                throw failure("holds something that is no value")
            }
        }

        private func anchored(_ value: JSON, since before: Int) -> Anchored {
            Anchored(value: value, count: count - before, depth: Self.depth(value))
        }

        private static func depth(_ value: JSON) -> Int {
            switch value {
            case .array(let values): 1 + (values.map(depth).max() ?? 0)
            case .object(let members): 1 + (members.values.map(depth).max() ?? 0)
            default: 0
            }
        }

        private static func text(_ characters: UnsafeMutablePointer<yaml_char_t>?) -> String? {
            characters.map { String(cString: $0) }
        }

        private mutating func sequence(depth: Int) throws -> JSON {
            var values: [JSON] = []
            try next()
            while event.type != YAML_SEQUENCE_END_EVENT {
                path.append("\(values.count)")
                values.append(try node(depth: depth + 1))
                path.removeLast()
                try next()
            }
            return .array(values)
        }

        private mutating func mapping(depth: Int) throws -> JSON {
            var members: [String: JSON] = [:]
            var merged: [JSON] = []
            try next()
            while event.type != YAML_MAPPING_END_EVENT {
                let keyLine = line
                let isMerge = isPlain("<<")
                let key: String
                switch try node(depth: depth + 1) {
                case .string(let text): key = text
                case .int(let number): key = "\(number)"
                case .double(let number): key = "\(number)"
                case .bool(let isTrue): key = isTrue ? "true" : "false"
                case .null: key = "null"
                default: throw Failure(line: keyLine, reason: "a key is not a word")
                }
                path.append(key)
                lines[path] = keyLine
                try next()
                let value = try node(depth: depth + 1)
                path.removeLast()
                if !isMerge {
                    members[key] = value
                } else if case .array(let several) = value {
                    merged += several
                } else {
                    merged.append(value)
                }
                try next()
            }
            for value in merged {
                guard case .object(let others) = value else { throw failure("a merge key (<<) needs a mapping") }
                // What stands there itself wins, then what was merged first.
                members.merge(others) { own, _ in own }
            }
            return .object(members)
        }

        private func isPlain(_ word: String) -> Bool {
            event.type == YAML_SCALAR_EVENT && event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE
                && event.data.scalar.tag == nil && Self.text(event.data.scalar.value) == word
        }

        private func scalar() throws -> JSON {
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let text = String(decoding: bytes, as: UTF8.self)
            switch Self.text(scalar.tag) {
            case nil:
                return scalar.style == YAML_PLAIN_SCALAR_STYLE ? YAMLWord.meaning(of: text) : .string(text)
            case YAML_STR_TAG, "!": return .string(text)
            case YAML_NULL_TAG, YAML_BOOL_TAG, YAML_INT_TAG, YAML_FLOAT_TAG: return YAMLWord.meaning(of: text)
            default: throw failure("has a tag that is not accepted")
            }
        }
    }
}
