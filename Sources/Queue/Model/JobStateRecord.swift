public import HawserCore

/// The packed state record of a job, as the scripts keep it: 14 places, big-endian, two texts that end in a zero.
///
/// The layout is `FORMAT` of `Scripts.prelude`. Scripts write it; this program only reads it, but for the record of a
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
        /// It needs locks.
        public static let locks = Flags(rawValue: 4)
        /// Its lease was lost too often; it may only be undone.
        public static let poison = Flags(rawValue: 8)
        /// What it is about to wait for has happened while it ran.
        public static let woken = Flags(rawValue: 16)
    }

    /// Reads a record.
    ///
    /// - Throws: `QueueError.corrupt` when it is not one.
    init(packed: some Collection<UInt8>) throws {
        var reader = PackedReader(packed)
        guard let state = JobState(letter: String(UnicodeScalar(UInt8(try reader.number(1))))) else {
            throw QueueError.corrupt("state record")
        }
        self.state = state
        sequence = try reader.number(4)
        fence = try reader.number(4)
        attempt = Int(Int32(truncatingIfNeeded: try reader.number(4)))
        lost = try reader.number(4)
        priority = try reader.number(1)
        changed = Timestamp(milliseconds: Int64(try reader.number(8)))
        runAt = Self.moment(try reader.number(8))
        created = Timestamp(milliseconds: Int64(try reader.number(8)))
        deadline = Self.moment(try reader.number(8))
        maxAttempts = try reader.number(4)
        flags = Flags(rawValue: try reader.number(1))
        worker = try reader.text()
        tenant = try reader.text()
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
        flags = job.locks.isEmpty ? [] : .locks
        worker = ""
        tenant = job.tenant
    }

    /// The record as the scripts read it.
    var packed: [UInt8] {
        var bytes = Array(state.letter.utf8)
        func append(_ number: Int, _ width: Int) {
            for index in (0..<width).reversed() { bytes.append(UInt8(truncatingIfNeeded: number >> (index * 8))) }
        }
        for number in [sequence, fence, attempt, lost] { append(number, 4) }
        append(priority, 1)
        for moment in [changed, runAt, created, deadline] { append(Int(moment?.milliseconds ?? 0), 8) }
        append(maxAttempts, 4)
        append(flags.rawValue, 1)
        bytes += worker.utf8 + [0] + tenant.utf8 + [0]
        return bytes
    }

    private static func moment(_ milliseconds: Int) -> Timestamp? {
        milliseconds == 0 ? nil : Timestamp(milliseconds: Int64(milliseconds))
    }
}

/// Reads numbers and texts one after the other.
private struct PackedReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: some Collection<UInt8>) {
        self.bytes = Array(bytes)
    }

    mutating func number(_ width: Int) throws -> Int {
        guard position + width <= bytes.count else { throw QueueError.corrupt("state record") }
        defer { position += width }
        return bytes[position..<(position + width)].reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func text() throws -> String {
        guard let end = bytes[position...].firstIndex(of: 0) else { throw QueueError.corrupt("state record") }
        defer { position = end + 1 }
        return String(decoding: bytes[position..<end], as: UTF8.self)
    }
}
