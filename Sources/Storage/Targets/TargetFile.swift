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
