import HawserCore
import HawserHTTP

/// The one shape of all answers of seed 001: `errmsg`, `code` and `Data`, indented by four spaces.
enum StoreEnvelope {
    /// An answer; its HTTP status is 200 whatever the code.
    static func response(_ data: JSON, code: Int = 0, message: String = "", status: Int = 200) -> Response {
        var text = "{\n    \"errmsg\": \(JSON.string(message).text),\n    \"code\": \(code),\n    \"Data\": "
        write(data, indent: "    ", to: &text)
        text += "\n}\n"
        // As the original's server has them.
        let headers: Headers = [
            "Content-Type": "application/json", "Accept": "application/json", "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff", "X-XSS-Protection": "1; mode=block", "Referrer-Policy": "no-referrer",
        ]
        return Response(status: status, headers: headers, body: .bytes(Array(text.utf8)))
    }

    private static func write(_ value: JSON, indent: String, to text: inout String) {
        let inner = indent + "    "
        switch value {
        case .array(let values) where !values.isEmpty:
            text += "["
            for (index, value) in values.enumerated() {
                text += index == 0 ? "\n\(inner)" : ",\n\(inner)"
                write(value, indent: inner, to: &text)
            }
            text += "\n\(indent)]"
        case .object(let members) where !members.isEmpty:
            text += "{"
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                text += "\(index == 0 ? "\n" : ",\n")\(inner)\(JSON.string(member.key).text): "
                write(member.value, indent: inner, to: &text)
            }
            text += "\n\(indent)}"
        default: text += value.text
        }
    }
}
