/// Where a job is in its life.
public enum JobState: String, Sendable, Codable, CaseIterable {
    /// Its time has not come.
    case scheduled
    /// Ready for a worker.
    case queued
    /// A worker holds its lease.
    case running
    /// The outside world is at work; it holds no slot and is looked at again at its poll time.
    case waiting
    /// An attempt failed; the next one has its time.
    case retrying
    /// Done; it has a result.
    case succeeded
    /// Given up; it has an error.
    case failed
    /// Ended because somebody asked for it.
    case cancelled

    /// Whether the job is over (only `retry` brings a failed or cancelled one back).
    public var isFinal: Bool {
        self == .succeeded || self == .failed || self == .cancelled
    }

    /// The letter in a packed state record.
    init?(letter: String) {
        switch letter {
        case "S": self = .scheduled
        case "Q": self = .queued
        case "R": self = .running
        case "W": self = .waiting
        case "T": self = .retrying
        case "D": self = .succeeded
        case "F": self = .failed
        case "C": self = .cancelled
        default: return nil
        }
    }

    /// The letter in a packed state record.
    var letter: String {
        switch self {
        case .scheduled: "S"
        case .queued: "Q"
        case .running: "R"
        case .waiting: "W"
        case .retrying: "T"
        case .succeeded: "D"
        case .failed: "F"
        case .cancelled: "C"
        }
    }
}
