public import HawserCore

/// The packed state record of a job, as the scripts keep it: a MessagePack array of 14 integers and strings.
///
/// The places are those of `Scripts.prelude`. Scripts write it; this program only reads it, but for the record of a
/// job that comes back from the archive (`retry`).
public struct JobStateRecord: Sendable, Equatable {
    /// Where the job is in its life.
    public internal(set) var state: JobState
    /// Counts the changes of the job.
    public internal(set) var sequence: Int
    /// The number of the last lease.
    public internal(set) var fence: Int
    /// Attempts that have begun and count.
    public internal(set) var attempt: Int
    /// Leases lost in a row.
    public internal(set) var lost: Int
    /// 0 (last) to 9 (first).
    public internal(set) var priority: Int
    /// When it changed last.
    public internal(set) var changed: Timestamp
    /// When it is due, if it is waiting for a time.
    public internal(set) var runAt: Timestamp?
    /// When it was accepted.
    public internal(set) var created: Timestamp
    /// When it is given up.
    public internal(set) var deadline: Timestamp?
    /// How many attempts it may have.
    public internal(set) var maxAttempts: Int
    /// What else is to be known.
    public internal(set) var flags: Flags
    /// The worker that holds its lease; empty when none does.
    public internal(set) var worker: String
    /// Who owns it.
    public internal(set) var tenant: String

    /// Marks of a job.
    public struct Flags: OptionSet, Sendable {
        /// The bits, as the scripts keep them.
        public let rawValue: Int
        /// Marks by their bits.
        public init(rawValue: Int) { self.rawValue = rawValue }
        /// Somebody asked for its end.
        public static let cancel = Flags(rawValue: 1)
        /// A step with an undo has begun.
        public static let undo = Flags(rawValue: 2)
        /// Its lease was lost too often; it may only be undone.
        public static let poison = Flags(rawValue: 8)
    }

    /// Reads a record.
    ///
    /// - Throws: `QueueError.corrupt` when it is not one.
    init(packed: some Collection<UInt8>) throws {
        var reader = MessagePackReader(Array(packed))
        guard try reader.arrayCount() == 14, let state = JobState(letter: try reader.string()) else {
            throw QueueError.corrupt("state record")
        }
        self.state = state
        sequence = try reader.int()
        fence = try reader.int()
        attempt = try reader.int()
        lost = try reader.int()
        priority = try reader.int()
        changed = Timestamp(milliseconds: Int64(try reader.int()))
        runAt = Self.moment(try reader.int())
        created = Timestamp(milliseconds: Int64(try reader.int()))
        deadline = Self.moment(try reader.int())
        maxAttempts = try reader.int()
        flags = Flags(rawValue: try reader.int())
        worker = try reader.string()
        tenant = try reader.string()
    }

    /// The record of a job out of the archive.
    init(_ job: JobRecord) {
        state = job.state
        sequence = job.sequence
        fence = job.fence
        attempt = job.attempt
        lost = job.lostLeases
        priority = job.priority
        changed = job.changed
        runAt = job.runAt
        created = job.created
        deadline = job.deadline
        maxAttempts = job.maxAttempts
        flags = []
        worker = ""
        tenant = job.tenant
    }

    /// The record as the scripts read it.
    var packed: [UInt8] {
        var writer = MessagePackWriter(arrayCount: 14)
        writer.append(state.letter)
        for number in [sequence, fence, attempt, lost, priority] { writer.append(number) }
        writer.append(Int(changed.milliseconds))
        writer.append(Int(runAt?.milliseconds ?? 0))
        writer.append(Int(created.milliseconds))
        writer.append(Int(deadline?.milliseconds ?? 0))
        writer.append(maxAttempts)
        writer.append(flags.rawValue)
        writer.append(worker)
        writer.append(tenant)
        return writer.bytes
    }

    private static func moment(_ milliseconds: Int) -> Timestamp? {
        milliseconds == 0 ? nil : Timestamp(milliseconds: Int64(milliseconds))
    }
}
