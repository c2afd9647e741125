import Foundation
import HawserCloud
import HawserCore
import HawserHTTP
import HawserMetadata
import HawserQueue
import HawserRecords
import HawserWorkers
import Synchronization

// A worker like `hawser worker` whose jobs wait for a state of a real server that does not come: see `waiting` beside
// it. It is configured as hawser is. Reads from standard input how many jobs each tenant has, for how long they are to
// wait, and the tenants with a server of each; prints a line of JSON each second.

/// What is to be done.
struct Assignment: Codable, Sendable {
    struct Tenant: Codable, Sendable {
        let tenant: String
        let server: String
    }

    let jobs: Int
    let seconds: Int
    let tenants: [Tenant]
}

/// Waits for a server to be in a state that the cloud does not know.
enum ServerWait: JobKind {
    struct Arguments: Codable, Sendable { let server: String }
    typealias Output = NoOutput
    static let name = "bench.server_wait"
}

/// Waits as the handlers of the cloud's kinds do.
struct ServerWaitHandler: JobHandler {
    typealias Kind = ServerWait

    let clouds: Clouds
    let looked: @Sendable () -> Void

    func run(_ arguments: ServerWait.Arguments, in job: JobContext) async throws -> NoOutput {
        let watch = try await clouds.watch(of: job.tenant)
        let things = [CloudThing.server(arguments.server)]
        return try await job.news("never", about: things, watch, wakes: nil, atMost: .seconds(86_400)) { fresh in
            looked()
            guard let server = try watch.servers.status(of: arguments.server, fresh: fresh) else {
                throw JobError.permanent("server_gone", "the server is not listed")
            }
            return server.status == "NEVER" ? NoOutput() : nil
        }
    }
}

func tell(_ line: [String: JSON]) {
    print(JSON.object(line).text)
    fflush(nil)
}

let assignment = try JSONDecoder().decode(Assignment.self, from: FileHandle.standardInput.readDataToEndOfFile())
let configuration = try Configuration.load()
guard let file = configuration.clouds, let key = configuration.masterKey.flatMap({ [UInt8](hex: $0.revealed) }) else {
    throw ConfigurationError("HAWSER_CLOUDS and HAWSER_MASTER_KEY are needed")
}
let database = try MongoDatabase(url: configuration.mongoURL)
let archive = MongoJobArchive(database, patient: database)
let queues = try JobQueues(redis: configuration.redisURL.revealed, archive: archive)
let clouds = try Clouds(
    path: file,
    name: configuration.cloud,
    accounts: CloudAccountCollection(database),
    masterKey: key,
    client: HTTPClient()
)

// Its own: what an earlier program left waiting is not measured.
guard let queue = QueueName("bench-\(getpid())") else { throw ConfigurationError("no queue name") }
let looks = Atomic<Int>(0)
var options = WorkerOptions()
options.queues = [queue]
options.concurrency = configuration.concurrency
options.grace = .seconds(1)
let handler = ServerWaitHandler(clouds: clouds) { looks.wrappingAdd(1, ordering: .relaxed) }
let worker = Worker(queues, handlers: [handler], options: options)
let recorder = Recorder(queues, to: archive, name: "bench-\(getpid())")

for tenant in assignment.tenants {
    let submissions = try (0..<assignment.jobs).map { _ in
        try JobSubmission(ServerWait.self, .init(server: tenant.server), tenant: tenant.tenant, queue: queue)
    }
    for start in stride(from: 0, to: submissions.count, by: 5000) {
        try await queues.enqueue(Array(submissions[start..<min(submissions.count, start + 5000)]))
    }
}
tell(["phase": "enqueued"])
let recording = Task(priority: .background) { await recorder.run() }
let working = Task { try await worker.run() }
for _ in 0..<assignment.seconds {
    try await Task.sleep(for: .seconds(1))
    let depth = try await queues.depth(queue)
    tell([
        "phase": "waiting", "looks": .int(Int64(looks.load(ordering: .relaxed))), "waiting": .int(Int64(depth.due)),
        "ready": .int(Int64(depth.ready)), "running": .int(Int64(depth.running)),
        "commands": .int(Int64(queues.redisCommands)),
    ])
}
tell(["phase": "over"])
worker.stop()
try await working.value
recording.cancel()
await recording.value
