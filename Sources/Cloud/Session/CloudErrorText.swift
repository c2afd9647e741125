import Foundation
import HawserCore

/// The words of an error's body, whichever service wrote it.
struct CloudErrorText {
    let message: String
    let type: String?

    init(body: String, status: Int) {
        var message: String?
        var type: String?
        if let json = try? JSON(parsing: Data(body.utf8)) {
            (message, type) = Self.words(of: json)
        } else if !body.isEmpty {
            message = Self.text(ofHTML: body)
        }
        self.message = message.flatMap { $0.isEmpty ? nil : $0 } ?? "status \(status) without a message"
        self.type = type
    }

    private static func words(of json: JSON) -> (String?, String?) {
        // Neutron.
        if let error = json["NeutronError"] {
            return (error.string ?? error["message"]?.string, error["type"]?.string)
        }
        // Placement.
        if let error = json["errors"]?[0] {
            return (error["detail"]?.string ?? error["title"]?.string, error["code"]?.string)
        }
        // webob's own answers: {"code": "404 Not Found", "title": …, "message": …}.
        if let message = json["message"]?.string {
            return (message, json["title"]?.string)
        }
        // Keystone {"error": {…}}; Nova, Cinder, Manila {"itemNotFound": {…}}.
        if let members = json.object, members.count == 1, let (name, error) = members.first {
            if let text = error.string { return (text, name) }
            return (error["message"]?.string, name == "error" ? error["title"]?.string : name)
        }
        return (json.string, nil)
    }

    /// Glance's pages: `<h1>404 Not Found</h1>No image found with ID x<br />`.
    private static func text(ofHTML body: String) -> String {
        var rest = body[...]
        if let head = rest.range(of: "</h1>") ?? rest.range(of: "</head>") { rest = rest[head.upperBound...] }
        var text = ""
        var isInTag = false
        for character in rest {
            switch character {
            case "<": isInTag = true
            case ">" where isInTag:
                isInTag = false
                text += " "
            default: if !isInTag { text.append(character) }
            }
        }
        for (entity, sign) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&amp;", "&")] {
            text = text.replacingOccurrences(of: entity, with: sign)
        }
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Whether it says that a quota is used up.
    var isAboutQuota: Bool {
        let text = message.lowercased()
        return type == "OverQuota" || text.contains("quota") && !text.contains("quota class")
            || text.contains("maximum number of") && text.contains("exceeded")
    }

    /// Whether it says that a resource is in a state in which this cannot be done.
    ///
    /// Cinder and Manila answer 400 then: "Volume status must be available … current status is: creating".
    var isAboutState: Bool {
        let text = message.lowercased()
        return text.contains("status must be") || text.contains("status to be") || text.contains("status is")
            || text.contains("current status") || text.contains("is busy") || text.contains("status should be")
            || text.contains("must be in") && text.contains("status")
    }

    /// Whether it is Manila's answer to the deletion of a share in a state in which that cannot be done.
    ///
    /// It says 403 (`InvalidShare` in `shares.delete`), and not which state: "Invalid share: %(reason)s."
    var isAboutShare: Bool { message.hasPrefix("Invalid share") }

    /// Whether that state is one that passes by itself: Nova's task states, and statuses that end in "-ing".
    var isTransition: Bool {
        // "… associated firewall group ID is in PENDING_UPDATE."
        if type == "FirewallGroupInPendingState" { return true }
        let text = message.lowercased()
        if let task = text.range(of: "task_state ") {
            return !text[task.upperBound...].hasPrefix("none")
        }
        let marks = ["vm_state", "current status is", "but current status", "status is", "status of", "currently"]
        for mark in marks {
            guard let range = text.range(of: mark) else { continue }
            let words = text[range.upperBound...].split { !$0.isLetter && $0 != "_" && $0 != "-" }
            if let word = words.first(where: { $0 != "is" && $0 != "in" }) {
                return word.hasSuffix("ing") || word.contains("ing_") || word.contains("ing-")
            }
        }
        return false
    }
}
