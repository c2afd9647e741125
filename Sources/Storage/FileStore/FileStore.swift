import HawserCore
public import HawserMetadata

/// Trees of files over objects: what seed 001's store is, whatever front asks for it.
///
/// An object is stored under an id that was decided before, and then placed in the tree by one transaction that also
/// notes that its file is done; so what is done twice leaves one object, one entry and one count.
public struct FileStore: Sendable {
    /// What a file could not be moved for, as a number and words of seed 001.
    public struct Refusal: Error, Sendable, Equatable {
        /// The number.
        public let code: Int
        /// The words.
        public let message: String

        /// A refusal.
        public init(_ code: Int, _ message: String) {
            self.code = code
            self.message = message
        }
    }

    /// The trees.
    public let tree: FileTree
    /// The objects.
    public let objects: ObjectStore
    /// What is moved by jobs.
    public let transfers: TransferCollection
    /// What is brought in pieces by clients.
    public let pieces: PieceUploadCollection
    /// Who may do what.
    public let allowance: Allowance
    /// The directory of the server whose files may be named; nil: none.
    public let root: ImportRoot?

    /// A store.
    public init(database: MongoDatabase, objects: ObjectStore, root: ImportRoot?) {
        tree = FileTree(database)
        transfers = TransferCollection(database)
        pieces = PieceUploadCollection(database)
        allowance = Allowance(database)
        self.objects = objects
        self.root = root
    }

    /// The directory whose files may be named.
    ///
    /// - Throws: `Refusal` when there is none.
    public func importRoot() throws -> ImportRoot {
        guard let root else { throw Refusal(1, "this server has no directory to import from or export to") }
        return root
    }

    /// Does something to one file, and has what is wrong with that file for good thrown as a refusal.
    func refusing<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as FileTreeError {
            throw Refusal(error.code, error.message)
        } catch let refusal as Allowance.Refusal {
            throw Refusal(refusal.rawValue, refusal.message)
        } catch let error as ImportError where !error.isRetryable {
            throw Refusal(1, error.description)
        }
    }

    /// What the object of a file called so is called.
    static func objectName(_ name: String) -> String { String(name.prefix(255)) }

    /// What a file called so is, by the end of its name.
    public static func mediaType(_ name: String) -> String {
        guard let dot = name.lastIndex(of: ".") else { return unknownType }
        return types[name[name.index(after: dot)...].lowercased()] ?? unknownType
    }

    private static let unknownType = "application/octet-stream"
    /// The common ones of IANA's register of media types.
    private static let types = [
        "txt": "text/plain", "md": "text/markdown", "csv": "text/csv", "html": "text/html", "htm": "text/html",
        "css": "text/css", "js": "text/javascript", "json": "application/json", "xml": "application/xml",
        "pdf": "application/pdf", "zip": "application/zip", "gz": "application/gzip", "tar": "application/x-tar",
        "doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "svg": "image/svg+xml",
        "webp": "image/webp", "mp3": "audio/mpeg", "wav": "audio/wav", "ogg": "audio/ogg", "mp4": "video/mp4",
        "webm": "video/webm", "avi": "video/x-msvideo", "mkv": "video/x-matroska",
    ]
}
