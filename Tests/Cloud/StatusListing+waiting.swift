import HawserCloud
import HawserCore
import Testing

extension StatusListing {
    /// A thing as a listing shows it that begins after now, or is as new as said; asked for until it is known.
    func awaited(_ id: String, _ fresh: Freshness? = nil) async throws -> Item? {
        let fresh = fresh ?? Freshness(after: .now, within: .zero, asker: UUIDv7.make())
        while true {
            do {
                return try status(of: id, fresh: fresh)
            } catch let later as NewsToCome {
                #expect(later.after > .zero)
                try await Task.sleep(for: min(later.after, .milliseconds(20)))
            }
        }
    }
}
