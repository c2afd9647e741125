import HawserMetadata
import Testing

@testable import HawserStorage

struct LayoutPolicyTests {
    func code(_ size: Int64, _ targets: Int) throws -> [Int] {
        switch try LayoutPolicy.automatic.choose(size: size, targets: targets) {
        case .inline: []
        case .coded(let k, let m): [k, m]
        }
    }

    @Test func bySize() throws {
        #expect(try code(0, 14) == [])
        #expect(try code(8192, 14) == [])
        #expect(try code(8193, 14) == [1, 2])
        #expect(try code(1 << 20, 14) == [1, 2])
        #expect(try code(1 << 20 + 1, 14) == [8, 4])
        #expect(try code(100, 0) == [], "takes no target")
    }

    @Test(arguments: [
        (1, [1, 0]), (2, [1, 1]), (3, [2, 1]), (5, [2, 1]), (6, [4, 2]), (11, [4, 2]), (12, [8, 4]), (21, [8, 4]),
        (22, [16, 6]), (39, [16, 6]), (40, [32, 8]), (1000, [32, 8]),
    ])
    func byTargets(targets: Int, expected: [Int]) throws {
        #expect(try code(2 << 20, targets) == expected)
        #expect(try code(10_000, targets) == [1, min(3, targets) - 1])
    }

    @Test func fixed() throws {
        #expect(try LayoutPolicy.code(k: 1, m: 4).choose(size: 1 << 30, targets: 5) == .coded(k: 1, m: 4))
        #expect(try LayoutPolicy.code(k: 3, m: 2).choose(size: 10_000, targets: 5) == .coded(k: 3, m: 2))
        #expect(try LayoutPolicy.code(k: 3, m: 2).choose(size: 100, targets: 5) == .inline)
        #expect(throws: StorageError.tooFewTargets(needed: 5, available: 4, reason: "")) {
            try LayoutPolicy.code(k: 3, m: 2).choose(size: 10_000, targets: 4)
        }
        #expect(throws: StorageError.tooFewTargets(needed: 1, available: 0, reason: "")) {
            try LayoutPolicy.automatic.choose(size: 10_000, targets: 0)
        }
        #expect(throws: StorageError.self) { try LayoutPolicy.code(k: 1, m: -1).choose(size: 10_000, targets: 4) }
        #expect(throws: StorageError.self) { try LayoutPolicy.code(k: 0, m: 1).choose(size: 10_000, targets: 4) }
    }

    @Test(arguments: [(1, [1, 0]), (2, [1, 1]), (3, [1, 2]), (40, [1, 2])])
    func replicas(targets: Int, expected: [Int]) throws {
        for size: Int64 in [10_000, 1 << 40] {
            let choice = LayoutPolicy.Choice.coded(k: expected[0], m: expected[1])
            #expect(try LayoutPolicy.replicas.choose(size: size, targets: targets) == choice)
        }
    }

    @Test func coded() throws {
        for targets in [3, 6, 12, 22, 40] {
            let large = try LayoutPolicy.automatic.choose(size: 1 << 30, targets: targets)
            #expect(try LayoutPolicy.erasure.choose(size: 10_000, targets: targets) == large)
        }
        #expect(throws: StorageError.tooFewTargets(needed: 3, available: 2, reason: "")) {
            try LayoutPolicy.erasure.choose(size: 10_000, targets: 2)
        }
    }

    @Test func asTexts() {
        for policy in [LayoutPolicy.automatic, .replicas, .erasure, .code(k: 8, m: 4), .code(k: 1, m: 254)] {
            #expect(LayoutPolicy(policy.text) == policy)
        }
        for text in ["", "8", "8+", "+4", "8+0", "0+4", "8+4+1", "08+4", "8 + 4", "-8+4", "200+56", "Erasure", "8+٤"] {
            #expect(LayoutPolicy(text) == nil, "\(text)")
        }
    }

    @Test func partitions() {
        let limit = LayoutPolicy.partitionLimit
        #expect(LayoutPolicy.partitions(size: 0) == [])
        #expect(LayoutPolicy.partitions(size: 1) == [1])
        #expect(LayoutPolicy.partitions(size: limit) == [limit])
        #expect(LayoutPolicy.partitions(size: limit + 1) == [limit / 2, limit / 2 + 1])
        #expect(LayoutPolicy.partitions(size: 10, limit: 4) == [3, 3, 4])
        #expect(LayoutPolicy.partitions(size: 20 << 30).reduce(0, +) == 20 << 30)
    }
}
