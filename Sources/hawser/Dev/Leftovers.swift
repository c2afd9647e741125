import Foundation
import HawserCore
import Synchronization

/// The list of a dev's running children, kept on disk, so that a later dev finds those that outlived it.
///
/// The kernel ends children together with their dev, so a list with living processes is rare: one that takes long to
/// end, or one whose dev died in the instant between its start and its request to the kernel.
final class Leftovers: Sendable {
    private struct Entry: Codable {
        let name: String
        let id: Int32
        /// When it started, in the kernel's clock ticks; tells it from a later process with its number.
        let start: String
    }

    private let directory: DataDirectory
    private let entries = Mutex<[String: Entry]>([:])

    init(_ directory: DataDirectory) {
        self.directory = directory
    }

    /// Notes that a child runs, or that it no longer does.
    func note(_ name: String, _ id: Int32?) {
        entries.withLock { entries in
            entries[name] = id.flatMap { id in Self.start(of: id).map { Entry(name: name, id: id, start: $0) } }
            do {
                let text = try JSON(encoding: entries.values.sorted { $0.name < $1.name }).text
                try directory.write(text + "\n", to: directory.children)
            } catch {
                Log("dev").warning("the list of children cannot be written", ["error": "\(error)"])
            }
        }
    }

    /// Ends what an earlier dev of this directory left running; call while holding the lock.
    func end() async throws {
        guard let text = try directory.read(directory.children),
            let entries = try? JSONDecoder().decode([Entry].self, from: Data(text.utf8))
        else { return }
        let alive = entries.filter(Self.isAlive)
        for entry in alive {
            Log("dev").warning("ending what an earlier dev left", ["service": entry.name, "process": entry.id])
            kill(entry.id, SIGTERM)
        }
        let limit = ContinuousClock.now + .seconds(20)
        for entry in alive {
            while Self.isAlive(entry) {
                if ContinuousClock.now > limit { kill(entry.id, SIGKILL) }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    private static func isAlive(_ entry: Entry) -> Bool {
        start(of: entry.id) == entry.start
    }

    /// Field 22 of /proc/PID/stat (proc(5)); nil when there is no such process or it waits to be collected.
    private static func start(of id: Int32) -> String? {
        guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z" else { return nil }
        return String(fields[19])
    }
}
