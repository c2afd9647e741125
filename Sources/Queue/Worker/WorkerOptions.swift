import Foundation
public import HawserCore

/// How a worker behaves.
public struct WorkerOptions: Sendable {
    /// The queues it serves.
    public var queues: [QueueName] = [.default]
    /// How many jobs it runs at the same time.
    public var concurrency = 32
    /// How long it may be silent before others take its jobs over.
    public var lease: Duration = .seconds(30)
    /// How long running jobs may go on after `stop`, before they are cut off and handed back.
    public var grace: Duration = .seconds(20)
    /// How long finished jobs stay in Redis with their results, where there is neither an archive nor a recorder.
    public var keepFinished: Duration = .seconds(86_400)
    /// What else it tells of itself to those who list the workers, by name; asked about once a second.
    public var details: (@Sendable () -> [String: JSON])?
    /// Its name, unlike that of any other process: host, process id and a random part by default.
    public var name = WorkerOptions.uniqueName()

    /// The defaults.
    public init() {}

    private static func uniqueName() -> String {
        var host = [CChar](repeating: 0, count: 65)
        gethostname(&host, host.count - 1)
        let text = String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let random = String(UInt32.random(in: 0...UInt32.max), radix: 16)
        return "\(text.isEmpty ? "host" : text)-\(getpid())-\(random)"
    }
}
