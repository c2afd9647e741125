import HawserCore
import Testing

struct UUIDv7Tests {
    @Test func formVersionAndVariant() {
        for _ in 0..<1000 {
            let id = Array(UUIDv7.make())
            #expect(id.count == 36)
            #expect(UUIDv7.isUUID(String(id)))
            #expect(id[14] == "7")
            #expect("89ab".contains(id[19]))
        }
    }

    @Test func carriesTheTimeInMilliseconds() throws {
        let before = Timestamp.now.milliseconds
        let id = UUIDv7.make()
        let time = try #require(Int64(id.prefix(13).filter { $0 != "-" }, radix: 16))
        // Other tests make ids at the same time, and a full counter borrows from the next milliseconds.
        #expect(time >= before && time < before + 10_000)
    }

    @Test func growsWithoutEnd() {
        var last = UUIDv7.make()
        for _ in 0..<100_000 {
            let next = UUIDv7.make()
            #expect(next > last)
            last = next
        }
    }

    @Test func growsInEachThreadAndIsUniqueInAll() async {
        let all = await withTaskGroup(of: [String].self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<20_000).map { _ in UUIDv7.make() } }
            }
            var all: [String] = []
            for await ids in group {
                #expect(zip(ids, ids.dropFirst()).allSatisfy(<))
                all += ids
            }
            return all
        }
        #expect(Set(all).count == 160_000)
    }

    @Test func tellsUUIDsFromOtherTexts() {
        #expect(UUIDv7.isUUID("249dfb44-83c3-4650-98b4-2352faff937e"))
        for bad in [
            "", "249dfb44-83c3-4650-98b4-2352faff937", "249DFB44-83c3-4650-98b4-2352faff937e",
            "249dfb44083c3-4650-98b4-2352faff937e", "249dfb44-83c3-4650-98b4-2352faff937g",
            "249dfb44-83c3-4650-98b4-2352faff937e\n", "../dfb44-83c3-4650-98b4-2352faff937e",
        ] {
            #expect(!UUIDv7.isUUID(bad), "\(bad)")
        }
    }
}
