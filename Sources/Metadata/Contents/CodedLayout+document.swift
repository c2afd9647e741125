/// The stored form, which is short because a large file has thousands of fragments: targets are named once and fragments
/// refer to them by number, and a path is stored as its unique part when the rest follows from where it stands.
///
/// `targets` can be indexed, to find what a target keeps.
extension CodedLayout {
    init(document: BSONDocument) throws {
        content = try document.required("content", \.string)
        k = try Int(document.required("k", \.int))
        m = try Int(document.required("m", \.int))
        cell = try Int(document.required("cell", \.int))
        let names = try document.required("targets", \.array).map { try Self.value($0.string, "targets") }
        partitions = []
        for (number, value) in try document.required("partitions", \.array).enumerated() {
            let partition = try Self.value(value.document, "partitions")
            let indices = try partition.required("indices", \.binary)
            let targets = try partition.required("targets", \.array).map { try Self.value($0.int, "targets") }
            let paths = try partition.required("paths", \.array).map { try Self.value($0.string, "paths") }
            guard indices.count == targets.count, targets.count == paths.count,
                targets.allSatisfy({ names.indices.contains(Int($0)) })
            else { throw BSONFieldError(field: "layout.partitions", isMissing: false) }
            let fragments = indices.indices.map { position in
                let (index, path) = (Int(indices[position]), paths[position])
                return Fragment(
                    index: index,
                    target: names[Int(targets[position])],
                    path: path.contains("/")
                        ? path : Self.path(content: content, partition: number, index: index, unique: path)
                )
            }
            partitions.append(Partition(length: try partition.required("length", \.int), fragments: fragments))
        }
    }

    var document: BSONDocument {
        let names = Set(partitions.flatMap { $0.fragments.map(\.target) }).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int64($0)) })
        let partitions = partitions.enumerated().map { number, partition -> BSON in
            let fragments = partition.fragments
            return [
                "length": .int(partition.length),
                "indices": .binary(fragments.map { UInt8(truncatingIfNeeded: $0.index) }),
                "targets": .array(fragments.map { .int(numbers[$0.target] ?? 0) }),
                "paths": .array(fragments.map { .string(shortened($0, of: number)) }),
            ]
        }
        return [
            "type": "coded", "content": .string(content), "k": .int(Int64(k)), "m": .int(Int64(m)),
            "cell": .int(Int64(cell)), "targets": .array(names.map(BSON.string)), "partitions": .array(partitions),
        ]
    }

    private func shortened(_ fragment: Fragment, of partition: Int) -> String {
        let unique = fragment.path.drop { $0 != "/" }.split(separator: ".").last.map(String.init) ?? ""
        let whole = Self.path(content: content, partition: partition, index: fragment.index, unique: unique)
        return whole == fragment.path && !unique.contains("/") ? unique : fragment.path
    }

    private static func value<Value>(_ value: Value?, _ field: String) throws -> Value {
        guard let value else { throw BSONFieldError(field: "layout.\(field)", isMissing: false) }
        return value
    }
}
