/// Bytes on their way to a target; not visible there before `finish`.
///
/// For one writer at a time: `write` as often as needed, then `finish` or `abort`.
public protocol TargetSink: Sendable {
    /// Appends bytes.
    ///
    /// - Throws: `StorageError`; only `abort` is of use then.
    func write(_ bytes: MemorySlice) async throws

    /// Returns when all bytes are there to stay, under their name.
    ///
    /// - Throws: `StorageError`; only `abort` is of use then.
    func finish() async throws

    /// Takes back what was written, as far as the target lets it; what it does not remains as a half-written file.
    func abort() async
}
