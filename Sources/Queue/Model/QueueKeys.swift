/// The Redis keys of one queue; they share a hash tag, so they lie in one slot of a cluster.
///
/// | key | type | holds |
/// |---|---|---|
/// | body | hash | id -> kind, tenant and arguments; never changed |
/// | state | hash | id -> packed state record |
/// | journal | hash | id -> finished steps, one JSON object per line |
/// | result, error, progress | hash | id -> JSON |
/// | due | sorted set | scheduled, retrying and waiting jobs by the time they are due (ms) |
/// | lease | sorted set | running jobs by the time their lease ends (ms): alone says what is active |
/// | limits | hash | kept free for limits by queue and tenant |
/// | locks | hash | lock -> id of the job that holds it |
/// | parked | sorted set | lock, tab, id of the queued jobs that wait for a lock, all of one score: in alphabetical order |
/// | events | stream | every change of state |
/// | wake | list | one marker when there is work and perhaps a worker that waits |
/// | recorder | string | the recorder that leads |
/// | finished | sorted set | finished jobs by the time they finished (ms), where no archive is to take them |
/// | ready:0 … ready:9 | list | ids by priority, 9 first; a ring over tenants has its place here |
struct QueueKeys: Sendable {
    static let priorities = 10

    /// All keys, in the order the scripts' prelude names them.
    let all: [String]

    let events: String
    let wake: String
    let state: String
    let due: String
    let lease: String
    let recorder: String

    init(_ queue: QueueName) {
        let tag = "{hawser:\(queue)}:"
        let names = [
            "body", "state", "journal", "result", "error", "progress", "due", "lease", "limits", "events", "wake",
            "locks", "parked",
        ]
        let ready = (0..<Self.priorities).map { "ready:\($0)" }
        all = (names + ready + ["finished"]).map { tag + $0 }
        events = tag + "events"
        wake = tag + "wake"
        state = tag + "state"
        due = tag + "due"
        lease = tag + "lease"
        recorder = tag + "recorder"
    }

    /// The ready list of a priority.
    func ready(_ priority: Int) -> String { all[all.count - 1 - Self.priorities + priority] }

    /// The set of the names of all queues that were ever used.
    static let queues = "hawser:queues"

    /// The workers that are alive: sorted set of names by the time (ms) after which they count as gone.
    static let workers = "hawser:workers"

    /// What the workers say of themselves: hash name -> JSON.
    static let workerInfo = "hawser:worker-info"
}
