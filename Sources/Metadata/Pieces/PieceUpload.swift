public import HawserCore

/// A file that a client cuts and codes by itself and brings in pieces, which go straight to targets.
///
/// There is one at a time for a file of a tenant, held by one of its clients until a moment that every sign of life puts
/// off. From then on another client may take it over, with the pieces that are there, or its pieces are collected.
public struct PieceUpload: Sendable, Hashable {
    /// Its id: a UUID of version 7 in lower case; the names of its pieces have it in them.
    public let id: String
    /// Whose file it is.
    public let tenant: String
    /// The SHA-1 of the file in hexadecimal.
    public let sha1: String
    /// The length of the file in bytes.
    public let size: Int64
    /// What the client that holds it calls itself.
    public let client: String
    /// How many data pieces each partition has; 1: the file is one piece, which is stored several times.
    public let k: Int
    /// How many check pieces each partition has, or how many more copies there are.
    public let m: Int
    /// Until when it is held.
    public let until: Timestamp

    init(document: BSONDocument) throws {
        id = try document.required("_id", \.string)
        tenant = try document.required("tenant", \.string)
        sha1 = try document.required("sha1", \.string)
        size = try document.required("size", \.int)
        client = try document.required("client", \.string)
        k = try Int(document.required("k", \.int))
        m = try Int(document.required("m", \.int))
        until = try document.required("until", \.date)
    }
}

/// A piece of an upload that is on a target, its bytes checked and safe.
public struct StoredPiece: Sendable, Hashable {
    /// The upload.
    public let upload: String
    /// The SHA-1 of the piece in hexadecimal.
    public let sha1: String
    /// Its length in bytes.
    public let size: Int64
    /// The target that has it.
    public let target: String
    /// Its path there.
    public let path: String

    /// A piece.
    public init(upload: String, sha1: String, size: Int64, target: String, path: String) {
        self.upload = upload
        self.sha1 = sha1
        self.size = size
        self.target = target
        self.path = path
    }

    init(document: BSONDocument) throws {
        upload = try document.required("upload", \.string)
        sha1 = try document.required("sha1", \.string)
        size = try document.required("size", \.int)
        target = try document.required("target", \.string)
        path = try document.required("path", \.string)
    }

    var document: BSONDocument {
        [
            "_id": .string(Self.id(upload, sha1, target)), "upload": .string(upload), "sha1": .string(sha1),
            "size": .int(size), "target": .string(target), "path": .string(path),
        ]
    }

    /// One document for a piece on a target: whoever stores it there a second time finds it stored.
    static func id(_ upload: String, _ sha1: String, _ target: String) -> String { "\(upload)/\(sha1)/\(target)" }
}
