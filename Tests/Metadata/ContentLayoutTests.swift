import HawserCore
import Testing

@testable import HawserMetadata

struct ContentLayoutTests {
    func layout(partitions: Int, fragments: Int) -> CodedLayout {
        CodedLayout(
            content: "0198c7e2-1111-7222-8333-444455556666",
            k: fragments - 1,
            m: 1,
            cell: 65_536,
            partitions: (0..<partitions).map { number in
                CodedLayout.Partition(
                    length: 268_435_456 + Int64(number),
                    fragments: (0..<fragments).map { index in
                        let target = "target-\((index + number) % 50)"
                        let path = CodedLayout.path(
                            content: "0198c7e2-1111-7222-8333-444455556666",
                            partition: number,
                            index: index,
                            unique: Crypto.randomBytes(6).hex
                        )
                        return .init(index: index, target: target, path: path)
                    }
                )
            }
        )
    }

    func roundTrip(_ layout: ContentLayout) throws -> ContentLayout { try ContentLayout(document: layout.document) }

    @Test func storedAndRead() throws {
        for layout in [
            ContentLayout.inline([]), .inline([1, 2, 3]), .staged(path: "abc.part"),
            .coded(layout(partitions: 0, fragments: 3)), .coded(layout(partitions: 3, fragments: 12)),
        ] {
            #expect(try roundTrip(layout) == layout)
        }
    }

    /// Fragments that are lost, or are kept under names of another form.
    @Test func unusualFragments() throws {
        var layout = layout(partitions: 2, fragments: 4)
        layout.partitions[0].fragments.remove(at: 1)
        layout.partitions[1].fragments[2].path = "abc/other"
        layout.partitions[1].fragments[3].path = layout.partitions[1].fragments[1].path
        #expect(try roundTrip(.coded(layout)) == .coded(layout))
    }

    /// How long a value is in BSON, as bsonspec.org has it.
    func size(_ value: BSON) -> Int {
        switch value {
        case .string(let text): 5 + text.utf8.count
        case .binary(let bytes): 5 + bytes.count
        case .document(let document): document.fields.reduce(5) { $0 + 2 + $1.name.utf8.count + size($1.value) }
        case .array(let values): values.indices.reduce(5) { $0 + 2 + "\($1)".utf8.count + size(values[$1]) }
        default: 8
        }
    }

    /// 1 TiB in 32+8 stays far below MongoDB's 16 MiB.
    @Test func largeContentFitsADocument() {
        let size = size(.document(layout(partitions: 4096, fragments: 40).document))
        #expect(size < 8 << 20, "\(size)")
    }

    @Test func damagedDocumentsAreRefused() throws {
        var document = layout(partitions: 1, fragments: 3).document
        document["targets"] = ["one"]
        #expect(throws: BSONFieldError.self) { try ContentLayout(document: document) }
        #expect(throws: BSONFieldError.self) { try ContentLayout(document: ["type": "other"]) }
    }
}
