import HawserCore
import HawserHTTP
import HawserMetadata
import HawserStorage

/// Takes a file out of a form, in constant memory.
enum FormFile {
    /// Streams a part to the staging area.
    ///
    /// - Parameters:
    ///   - part: the part.
    ///   - objects: whose staging area it is.
    ///   - policy: how the file is to be kept.
    /// - Returns: the staged file, the caller's to put or to discard.
    /// - Throws: `StorageError`, `HTTPError`; nothing is left behind then.
    static func receive(
        _ part: Multipart.Part,
        into objects: ObjectStore,
        policy: StoragePolicy = .standard
    ) async throws -> StagedFile {
        let staged = try await objects.stage(policy: policy)
        do {
            for try await chunk in part.body { try await staged.write(chunk) }
        } catch {
            await discard(staged)
            throw error
        }
        return staged
    }

    /// Removes a staged file on the way out of a failure, which is what the client is to hear of.
    static func discard(_ staged: StagedFile) async {
        do {
            try await staged.discard()
        } catch {
            Log("upload").warning("cannot remove a staged file", ["error": "\(error)"])
        }
    }
}
