/// Where the bytes of content are.
public enum ContentLayout: Sendable, Hashable {
    /// Here.
    case inline([UInt8])
    /// In a file of the staging area, by its path there, until they are coded.
    case staged(path: String)
    /// In fragments on targets.
    case coded(CodedLayout)

    /// The path of staged content; `unique` is hexadecimal digits nobody used for it before.
    ///
    /// In one of 16 directories: there are few such files at a time, and each new directory has to be synced.
    public static func stagedPath(content: String, unique: String) -> String {
        "0\(unique.prefix(1))/\(content).\(unique)"
    }
}

/// Content in fragments: any k of each partition's k + m give it back.
public struct CodedLayout: Sendable, Hashable {
    /// One fragment.
    public struct Fragment: Sendable, Hashable {
        /// Which one of its partition: 0 to k - 1 carry the data as it is.
        public var index: Int
        /// The target that keeps it.
        public var target: String
        /// Its path within the target.
        public var path: String

        /// A fragment.
        public init(index: Int, target: String, path: String) {
            self.index = index
            self.target = target
            self.path = path
        }
    }

    /// A part of the content that is coded by itself.
    public struct Partition: Sendable, Hashable {
        /// Its length in bytes.
        public var length: Int64
        /// Its fragments; those that are lost may be missing.
        public var fragments: [Fragment]

        /// A partition.
        public init(length: Int64, fragments: [Fragment]) {
            self.length = length
            self.fragments = fragments
        }
    }

    /// The id the fragments carry; it stays theirs when an object is renamed or copied.
    public var content: String
    /// How many fragments it takes to read.
    public var k: Int
    /// How many may be lost.
    public var m: Int
    /// The length of a cell in bytes.
    public var cell: Int
    /// The partitions, in the order of the content.
    public var partitions: [Partition]

    /// A layout.
    public init(content: String, k: Int, m: Int, cell: Int, partitions: [Partition]) {
        self.content = content
        self.k = k
        self.m = m
        self.cell = cell
        self.partitions = partitions
    }

    /// The targets that keep fragments of it, each once.
    public var targets: Set<String> { Set(partitions.flatMap { $0.fragments.map(\.target) }) }

    /// The length of the content in bytes.
    public var size: Int64 { partitions.reduce(0) { $0 + $1.length } }

    /// The path of a fragment; `unique` is at least two hexadecimal digits nobody used for it before.
    public static func path(content: String, partition: Int, index: Int, unique: String) -> String {
        "\(unique.prefix(2))/\(content).\(partition).\(index).\(unique)"
    }
}

extension ContentLayout {
    init(document: BSONDocument) throws {
        switch try document.required("type", \.string) {
        case "inline": self = .inline(try document.required("bytes", \.binary))
        case "staged": self = .staged(path: try document.required("path", \.string))
        case "coded": self = .coded(try CodedLayout(document: document))
        default: throw BSONFieldError(field: "layout.type", isMissing: false)
        }
    }

    var document: BSONDocument {
        switch self {
        case .inline(let bytes): ["type": "inline", "bytes": .binary(bytes)]
        case .staged(let path): ["type": "staged", "path": .string(path)]
        case .coded(let layout): layout.document
        }
    }
}
