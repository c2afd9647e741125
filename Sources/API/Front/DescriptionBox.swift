import HawserCore
import Synchronization

/// Holds the description of the routes, which is made after the route that shows it.
final class DescriptionBox: Sendable {
    private let value = Mutex<JSON>(.null)

    var json: JSON {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
