public import HawserCore

/// The id of a job: a UUID of version 7, so that ids sort by the time of acceptance.
///
/// Sixteen of its random bits are a checksum of the queue's name: whoever holds only the id looks in the one or two
/// queues it can be in, and no index of all jobs is needed.
public struct JobID: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
    /// The 36-character lower-case text.
    public let text: String

    /// A new id for a job of a queue.
    public init(in queue: QueueName) {
        text = UUIDv7.make(tag: queue.tag)
    }

    /// The id of a job that is to be done once in each period, whichever process submits it.
    ///
    /// - Parameters:
    ///   - name: what is done.
    ///   - period: how long a period is, in seconds; they begin at the epoch.
    ///   - queue: the queue.
    ///   - moment: a moment of the period.
    public init(of name: String, every period: Double, in queue: QueueName, at moment: Timestamp = .now) {
        let length = Int64(period * 1000)
        let start = moment.milliseconds / length * length
        text = UUIDv7.make(of: name, at: Timestamp(milliseconds: start), tag: queue.tag)
    }

    /// Reads an id that somebody sent; nil when it is no UUID in lower-case text form.
    public init?(_ text: String) {
        guard UUIDv7.isUUID(text) else { return nil }
        self.text = text
    }

    init(trusted text: String) {
        self.text = text
    }

    /// The text.
    public var description: String { text }

    /// Orders by text, which is by time.
    public static func < (a: JobID, b: JobID) -> Bool { a.text < b.text }

    /// Reads the text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = JobID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a job id")
        }
        self = id
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// Whether a job of this id can be in a queue of that name.
    func canBe(in queue: QueueName) -> Bool {
        text.utf8.suffix(4).elementsEqual(queue.tag.hex4.utf8)
    }
}

extension UInt16 {
    /// The number as four lower-case hexadecimal digits.
    fileprivate var hex4: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
