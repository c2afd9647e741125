import HawserQueue

enum Greet: JobKind {
    struct Arguments: Codable, Sendable { var name: String }
    typealias Output = String
    static let name = "greet"
}

struct Greeter: JobHandler {
    typealias Kind = Greet
    func run(_ arguments: Greet.Arguments, in job: JobContext) async throws -> String {
        try await job.step("compose") { "Hello, \(arguments.name)!" }
    }
}

@main enum Main {
    static func main() async throws {
        let queues = try JobQueues(redis: CommandLine.arguments.dropFirst().first ?? "redis://127.0.0.1:6379")
        let worker = Worker(queues, handlers: [Greeter()])
        let work = Task { try await worker.run() }
        let id = try await queues.enqueue(JobSubmission(Greet.self, .init(name: "Ada")))
        print(try await queues.result(of: id, as: Greet.self))
        worker.stop()
        try await work.value
    }
}
