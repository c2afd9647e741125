public import HawserCore
public import HawserMetadata

/// Files that clients cut and code by themselves and bring piece by piece, straight to targets: the three steps of seed
/// 001's specification, whatever front asks for them.
///
/// First a client asks whether the file is there (`begin`); then it names its pieces and gets tickets (`prepare`); then it
/// stores them (`store`) and says that it is done (`finish`). Pieces are checked by their hashes when they arrive and, all
/// together, in the end: the file they make up becomes a content like any other, and they go. Until then only the upload
/// knows them, and an upload that nobody goes on with is collected with its pieces.
public struct PieceStore: Sendable {
    /// A file as it is to be in the tree.
    public struct NewFile: Sendable {
        let parent: TreePath
        let name: String
        let file: HashedBytes
        let modified: Timestamp
        let rule: FileTree.ClashRule

        /// A file.
        ///
        /// - Parameters:
        ///   - name: its name.
        ///   - parent: the folder it is to be in, which is there.
        ///   - file: its bytes.
        ///   - modified: when it was changed where it comes from.
        ///   - rule: what is done when the name is taken.
        public init(
            _ name: String,
            in parent: TreePath,
            file: HashedBytes,
            modified: Timestamp,
            rule: FileTree.ClashRule
        ) {
            self.name = name
            self.parent = parent
            self.file = file
            self.modified = modified
            self.rule = rule
        }
    }

    /// A target with the tickets for pieces it can be given.
    public struct Provider: Sendable {
        /// The target.
        public let target: String
        /// Whether it is to be used only when another fails.
        public let isSpare: Bool
        /// The pieces: of those of a spare any one may be stored there, or several.
        public let pieces: [(piece: HashedBytes, ticket: PieceTickets.Ticket)]
    }

    /// How long an upload is held after a sign of life, in seconds (the original's lock).
    public static let heldSeconds = 1800.0
    /// How many uploads are put together at the same time by one process.
    private static let finishedAtOnce = 4

    let files: FileStore
    let tickets: PieceTickets
    let threads: CodingThreads
    let finishing = PieceFinishing(atOnce: finishedAtOnce)
    let log = Log("pieces")
    private let heldSeconds: Double

    /// A store of pieces.
    ///
    /// - Parameters:
    ///   - files: the trees and objects that files become.
    ///   - masterKey: what keys for tickets are derived from, 32 bytes.
    ///   - heldSeconds: how long an upload is held.
    ///   - threads: what computes.
    public init(
        _ files: FileStore,
        masterKey: [UInt8],
        heldSeconds: Double = heldSeconds,
        threads: CodingThreads = .shared
    ) {
        self.files = files
        self.heldSeconds = heldSeconds
        self.threads = threads
        tickets = PieceTickets(masterKey: masterKey)
    }

    var uploads: PieceUploadCollection { files.pieces }
    var contents: ContentStore { files.objects.contents }
    var removal: PieceRemoval { PieceRemoval(uploads, contents: contents) }

    /// Until when an upload is held that gives a sign of life now.
    var until: Timestamp { Timestamp.now.adding(seconds: heldSeconds) }

    /// Has the client hold the upload of a file.
    ///
    /// - Throws: `FileStore.Refusal` 9 when there is none, 10 when another client holds it.
    func held(_ file: HashedBytes, by client: String, of tenant: String) async throws -> PieceUpload {
        let (sha1, size) = (file.sha1, file.size)
        if let held = try await uploads.hold(tenant: tenant, sha1: sha1, size: size, client: client, until: until) {
            return held
        }
        guard try await uploads.find(tenant: tenant, sha1: sha1, size: size) == nil else { throw Self.beingUploaded }
        throw FileStore.Refusal(9, "no upload of this file is under way: ask first whether it exists")
    }

    static let beingUploaded = FileStore.Refusal(10, "the file is being uploaded by another client")

    /// The folder a file is to be in.
    ///
    /// - Throws: `FileStore.Refusal` 13 when its name has a slash; `FileTreeError`.
    func folder(for new: NewFile, of tenant: String) async throws -> String {
        guard !new.name.contains("/") else { throw FileStore.Refusal(13, "filename contains /") }
        try TreePath.check(new.name)
        return try await files.tree.folder(at: new.parent, tenant: tenant)
    }

    /// Looks whether the tree has the file already, before anything is stored; what counts is what `place` sees.
    ///
    /// - Returns: whether nothing is left to do.
    /// - Throws: `FileTreeError` 8 or 12 when the name is taken and the rule says to refuse.
    func isThere(_ new: NewFile, in folder: String, of tenant: String) async throws -> Bool {
        let content = TreeEntry.Content(
            object: "",
            sha1: new.file.sha1,
            size: new.file.size,
            modified: new.modified
        )
        switch try await files.tree.clash(of: content, new.name, in: folder, tenant: tenant, rule: new.rule) {
        case .unchanged: return true
        case .refused(let error): throw error
        case .created, .version, nil: return false
        }
    }

    /// Stores a drafted object and puts it into the tree, both or neither.
    ///
    /// - Parameters:
    ///   - draft: the object; it is used up.
    ///   - new: the file it is.
    ///   - folder: the folder.
    ///   - moved: how many bytes went up for it.
    ///   - upload: the upload that ends with that.
    /// - Returns: the name it has then.
    /// - Throws: `FileTreeError`; `UploadOver`; `StorageError.superseded` when a content it was to share is gone;
    ///   `MetadataUnavailable`, `MetadataError`.
    func place(
        _ draft: ObjectStore.Draft,
        as new: NewFile,
        in folder: String,
        moved: Int64,
        ending upload: String? = nil
    ) async throws -> String {
        let (objects, uploads, object) = (files.objects, uploads, draft.object)
        let content = TreeEntry.Content(
            object: object.id,
            sha1: new.file.sha1,
            size: object.size,
            modified: new.modified
        )
        let also: FileTree.PlacementRequest.Also = { transaction, placement in
            if case .refused = placement { return }
            if let upload, try !uploads.end(upload, in: transaction) { throw UploadOver() }
            if placement.holdsObject { try objects.insert(draft, in: transaction) }
        }
        let request = FileTree.PlacementRequest(content: content, name: new.name, moved: moved, also: also)
        let placement: FileTree.Placement?
        do {
            placement = try await files.tree.place([request], in: folder, tenant: object.tenant, rule: new.rule).first
        } catch let error as MetadataUnavailable {
            // Perhaps it is done: the bytes stay, and are collected when not.
            throw error
        } catch {
            await objects.drop(draft)
            throw error
        }
        guard placement?.holdsObject == true else {
            await objects.drop(draft)
            if case .refused(let error) = placement { throw error }
            return new.name
        }
        await objects.secure(draft)
        if case .created(let name) = placement { return name }
        return new.name
    }

    /// The upload was ended by somebody else.
    struct UploadOver: Error {}
}
