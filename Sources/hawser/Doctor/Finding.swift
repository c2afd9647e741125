/// What one look at something found, as `hawser doctor` and `hawser cloud check` print it.
struct Finding: Sendable {
    /// How bad it is.
    enum Level: String, Sendable {
        case ok, warn, fail
    }

    let level: Level
    let subject: String
    let text: String

    static func ok(_ subject: String, _ text: String) -> Finding {
        Finding(level: .ok, subject: subject, text: text)
    }

    static func warn(_ subject: String, _ text: String) -> Finding {
        Finding(level: .warn, subject: subject, text: text)
    }

    static func fail(_ subject: String, _ text: String) -> Finding {
        Finding(level: .fail, subject: subject, text: text)
    }

    /// The finding as a line, with the subject in a column of its own.
    func line(_ width: Int = 10) -> String {
        let pad = String(repeating: " ", count: 5 - level.rawValue.count)
        let space = String(repeating: " ", count: max(1, width - subject.count))
        return "\(level.rawValue)\(pad)\(subject)\(space)\(text)"
    }
}
