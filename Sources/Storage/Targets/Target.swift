public import HawserCore

/// A place that keeps bytes under names the store chooses.
///
/// A name is a path of lower-case letters, digits, `-` and `.` below one of `prefixes`, never used twice. Everything
/// blocking happens off Swift's own threads.
public protocol Target: Sendable {
    /// What layouts in the metadata call it; never changes.
    var id: String { get }

    /// Takes over a staged file, whose bytes are on the disk; returns when the name is there to stay.
    ///
    /// When it throws, the staged file may be gone, and bytes of the name may be there.
    ///
    /// - Throws: `StorageError`.
    func store(_ staged: StagedFile, as name: String) async throws

    /// Opens what is kept under a name.
    ///
    /// - Throws: `StorageError.missing` when there is nothing.
    func open(_ name: String) async throws -> any TargetFile

    /// Removes what is kept under a name, if anything.
    ///
    /// - Throws: `StorageError`.
    func remove(_ name: String) async throws

    /// How many more bytes there is room for.
    ///
    /// - Throws: `StorageError`.
    func freeSpace() async throws -> Int64

    /// The names below a prefix that have been there since before a moment.
    ///
    /// - Throws: `StorageError`.
    func names(below prefix: String, storedBefore moment: Timestamp) async throws -> [String]
}

extension Target {
    /// What names begin with: three hexadecimal digits, so that no directory gets large.
    public static var prefixes: [String] {
        (0..<4096).map { number in
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: 3 - digits.count) + digits
        }
    }
}

/// Bytes of a target that are open for reading.
public protocol TargetFile: Sendable {
    /// How many bytes there are.
    var size: Int64 { get }

    /// Reads from a place; fewer bytes than asked for only at the end.
    ///
    /// - Throws: `StorageError`.
    func read(at offset: Int64, count: Int) async throws -> [UInt8]

    /// A new descriptor of the file for the caller to close, where it is one plain file of this machine; else nil.
    ///
    /// - Throws: `StorageError` when there are too many open files.
    func descriptor() throws -> Int32?
}
