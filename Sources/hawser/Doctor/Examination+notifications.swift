import HawserCloud
import HawserCore

extension Examination {
    private static let pool = BlockingPool(name: "examination", threads: 1)

    /// Whether the cloud's notifications can be listened to; nothing when none are configured.
    static func notifications(_ configuration: Configuration) async -> [Finding] {
        let subject = "notices"
        guard configuration.cloudNotifications != nil else { return [] }
        do {
            guard let source = try Assembly.notifications(configuration) else { return [] }
            let (found, missing) = try await pool.run { try NotificationListener.probe(source) }
            guard !found.isEmpty else {
                return [.warn(subject, "\(source) has none of the exchanges \(missing.joined(separator: ", "))")]
            }
            let rest = missing.isEmpty ? "" : "; not there: \(missing.joined(separator: ", "))"
            return [.ok(subject, "\(source), exchanges \(found.joined(separator: ", "))\(rest)")]
        } catch {
            return [.fail(subject, "\(error)")]
        }
    }
}
