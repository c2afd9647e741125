public import HawserCore

/// The steps of a job in the order in which they happened.
///
/// Stored as JSON lines, appended under the job's fence and never rewritten.
public struct Journal: Sendable, Equatable {
    /// One line.
    public struct Entry: Sendable, Equatable, Codable {
        /// What a line tells.
        public enum Event: String, Sendable, Codable {
            /// A step began that leaves something outside.
            case started
            /// A step or poll is done; the line has its result.
            case done
            /// A step that had begun failed, and what it began is over and did nothing.
            case refused
            /// A poll began; its limit counts from here.
            case polling
            /// A step was taken back.
            case undone
            /// A step's undo failed and will be tried again.
            case resisted
            /// A step's undo was given up; the job names the step.
            case stays
            /// The job was given up or cancelled; from here on it is only undone.
            case ending
        }

        /// The step's name.
        public var step: String
        /// What happened.
        public var event: Event
        /// When.
        public var at: Timestamp
        /// For a step that began: whether it can be taken back.
        public var isUndoable: Bool?
        /// The result of a step that is done.
        public var result: JSON?
        /// The error of a job that is ending, or of an undo.
        public var error: JobError?
        /// For a job that is ending: whether it was cancelled rather than failed.
        public var isCancelled: Bool?
        /// For a job that is ending: the attempt in which it was given up.
        public var attempt: Int?
    }

    /// The lines.
    public private(set) var entries: [Entry] = []

    /// An empty journal.
    public init() {}

    /// Reads stored lines.
    ///
    /// - Throws: `QueueError.corrupt` when a line is not one.
    public init(stored text: String) throws {
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            do {
                entries.append(try JSON(parsing: line).decoded())
            } catch {
                throw QueueError.corrupt("journal")
            }
        }
    }

    /// The lines as stored.
    public var stored: String {
        entries.map { Self.line($0) + "\n" }.joined()
    }

    /// An entry as one line.
    static func line(_ entry: Entry) -> String {
        (try? JSON(encoding: entry).text) ?? "null"
    }

    mutating func append(_ entry: Entry) {
        entries.append(entry)
    }

    /// The last entry of that sort for a step.
    func entry(_ step: String, _ event: Entry.Event) -> Entry? {
        entries.last { $0.step == step && $0.event == event }
    }

    /// Whether a step began of which nothing else is known: what it began outside may still be under way.
    func isOpen(_ step: String) -> Bool {
        entries.last { $0.step == step && ![.resisted, .stays].contains($0.event) }?.event == .started
    }

    /// How often an undo has failed, counting a failure that just was.
    ///
    /// What has a limit of its own is counted for all steps: the account that is refused for one is refused for the next.
    func triesOfUndo(_ step: String, failing error: JobError) -> Int {
        entries.count {
            guard $0.event == .resisted || $0.event == .stays else { return false }
            return error.undoTries == nil ? $0.step == step : $0.error?.code == error.code
        } + 1
    }

    /// When the last poll that is over ended.
    var lastPolled: Timestamp? {
        entries.last { $0.event == .done && entry($0.step, .polling) != nil }?.at
    }

    /// The entry that says the job is only to be undone.
    var ending: Entry? {
        entries.last { $0.event == .ending }
    }
}
