public import HawserCore

/// A place that keeps bytes under names the store chooses.
///
/// A name is a path of lower-case letters, digits, `-` and `.` below one of `prefixes`, never used twice. Everything
/// blocking happens off Swift's own threads, and ends within `TargetDeadlines`, with `StorageError.unresponsive` when the
/// target does not answer. Cancelling a task ends its call at once, too.
public protocol Target: Sendable {
    /// What layouts in the metadata call it; never changes.
    var id: String { get }

    /// Begins to write what will be kept under a name.
    ///
    /// - Parameters:
    ///   - name: a new one.
    ///   - size: how many bytes will be written.
    /// - Returns: where to write.
    /// - Throws: `StorageError`.
    func begin(_ name: String, size: Int64) async throws -> any TargetSink

    /// Opens what is kept under a name.
    ///
    /// - Throws: `StorageError.missing` when there is nothing.
    func open(_ name: String) async throws -> any TargetFile

    /// Removes what is kept under a name, if anything.
    ///
    /// - Throws: `StorageError`.
    func remove(_ name: String) async throws

    /// How many more bytes there is room for; nil when the target answers and does not tell that.
    ///
    /// - Throws: `StorageError`.
    func freeSpace() async throws -> Int64?

    /// The names below a prefix that have been there since before a moment, those of half-written files among them.
    ///
    /// - Throws: `StorageError`.
    func names(below prefix: String, storedBefore moment: Timestamp) async throws -> [String]
}

extension Target {
    /// What names begin with: two hexadecimal digits, so that no directory gets large, and few have to be made.
    public static var prefixes: [String] {
        (0..<256).map { number in
            let digits = String(number, radix: 16)
            return number < 16 ? "0" + digits : digits
        }
    }
}

/// How long the calls of a target may take.
public struct TargetDeadlines: Sendable {
    /// Everything but `finish`: opening, one read, one write, removing.
    public var call: Duration
    /// `TargetSink.finish`, which waits for the disk to have all that was written.
    public var finish: Duration

    /// Deadlines with their usual values: what is slower than that is as good as down.
    public init(call: Duration = .seconds(8), finish: Duration = .seconds(30)) {
        self.call = call
        self.finish = finish
    }
}
