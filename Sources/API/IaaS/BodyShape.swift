import HawserCore
import HawserQueue

/// Whether a body has the shape that its description gives: its members are known and those that are required are there,
/// each of the type it shall have.
///
/// What the values may be is said by the kind of job.
struct BodyShape {
    /// What is wrong, in the order of the fields' names; the first hundred.
    private(set) var problems: [ArgumentProblem] = []

    /// Compares a body with a JSON schema: its `type`, `properties`, `required`, `additionalProperties` and `items`.
    init(of json: JSON, _ schema: JSON) {
        compare(json, schema, "")
    }

    private mutating func compare(_ json: JSON, _ schema: JSON, _ path: String) {
        if let type = schema["type"]?.string, let rule = Self.rule(of: type, brokenBy: json) {
            return problems.append(ArgumentProblem(path, "must be \(rule)"))
        }
        switch json {
        case .object(let members): compare(members, schema, path)
        case .array(let items):
            guard let schema = schema["items"] else { return }
            // A list that is wrong all over need not be read to its end to be refused.
            for (index, item) in items.enumerated() where problems.count < 100 {
                compare(item, schema, "\(path)[\(index)]")
            }
        default: break
        }
    }

    private mutating func compare(_ members: [String: JSON], _ schema: JSON, _ path: String) {
        let known = schema["properties"]?.object ?? [:]
        let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
        let isClosed = schema["additionalProperties"] == false
        for name in Set(members.keys).union(required).sorted() where problems.count < 100 {
            let field = path.isEmpty ? name : "\(path).\(name)"
            let value = members[name] ?? .null
            if let schema = known[name] {
                // Null is as good as missing.
                if value != .null {
                    compare(value, schema, field)
                } else if required.contains(name) {
                    problems.append(ArgumentProblem(field, "is required"))
                }
            } else if isClosed {
                problems.append(ArgumentProblem(field, "is not known"))
            }
        }
    }

    /// What a value of a type must be, in words, when this one is something else.
    private static func rule(of type: String, brokenBy json: JSON) -> String? {
        switch type {
        case "object": json.object == nil ? "an object" : nil
        case "array": json.array == nil ? "a list" : nil
        case "string": json.string == nil ? "a text" : nil
        case "integer": json.int == nil ? "a whole number" : nil
        default: nil
        }
    }
}
