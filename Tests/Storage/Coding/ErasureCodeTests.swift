import HawserCore
import Testing

@testable import HawserStorage

struct ErasureCodeTests {
    /// Fragments of random data, by the code's own encoding.
    func encode(_ code: ErasureCode, length: Int) throws -> [[UInt8]] {
        let data = (0..<code.k).map { _ in noise(length) }
        return data + (try run(code, Array(0..<code.k), data, Array(code.k..<code.count)))
    }

    /// Computes fragments from others.
    func run(_ code: ErasureCode, _ sources: [Int], _ bytes: [[UInt8]], _ outputs: [Int]) throws -> [[UInt8]] {
        let length = bytes[0].count
        let memory = MemoryBlock(count: (bytes.count + outputs.count) * length + 1)
        func place(_ number: Int) -> UnsafeMutablePointer<UInt8>? {
            memory.bytes.baseAddress.map { ($0 + number * length).assumingMemoryBound(to: UInt8.self) }
        }
        for (number, bytes) in bytes.enumerated() { place(number)?.update(from: bytes, count: length) }
        var from = bytes.indices.map(place)
        var into = outputs.indices.map { place(bytes.count + $0) }
        try code.recipe(from: sources, making: outputs).run(length: length, from: &from, into: &into)
        return outputs.indices.map { number in
            let start = (bytes.count + number) * length
            return Array(memory.bytes[start..<(start + length)])
        }
    }

    func subsets(_ count: Int, of all: Int) -> [[Int]] {
        (0..<(1 << all)).filter { $0.nonzeroBitCount == count }.map { bits in (0..<all).filter { bits >> $0 & 1 == 1 } }
    }

    @Test(arguments: [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2), (3, 3), (4, 2), (5, 3), (3, 7), (8, 1)])
    func anyKOfNGiveAll(k: Int, m: Int) throws {
        let code = try ErasureCode(k: k, m: m)
        for length in [1, 100] {
            let fragments = try encode(code, length: length)
            for sources in subsets(k, of: k + m) {
                let others = (0..<(k + m)).filter { !sources.contains($0) }
                let made = try run(code, sources, sources.map { fragments[$0] }, others)
                #expect(made == others.map { fragments[$0] }, "\(k)+\(m) from \(sources)")
            }
        }
    }

    @Test(arguments: [(8, 4), (16, 6), (32, 8), (127, 128), (200, 55), (254, 1), (255, 0), (1, 254)])
    func randomPatternsOfWideCodes(k: Int, m: Int) throws {
        let code = try ErasureCode(k: k, m: m)
        let fragments = try encode(code, length: 333)
        for _ in 0..<10 {
            let sources = Array((0..<(k + m)).shuffled().prefix(k))
            let others = Array((0..<(k + m)).filter { !sources.contains($0) }.shuffled().prefix(20))
            let made = try run(code, sources, sources.map { fragments[$0] }, others)
            #expect(made == others.map { fragments[$0] }, "\(k)+\(m) from \(sources)")
        }
        #expect(code.cachedCost <= ErasureCode.Recipes.limit)
    }

    @Test func oneDataFragmentMeansCopies() throws {
        let fragments = try encode(try ErasureCode(k: 1, m: 4), length: 50)
        #expect(Set(fragments).count == 1)
    }

    @Test func dataFragmentsAreTheData() throws {
        let code = try ErasureCode(k: 3, m: 2)
        let fragments = try encode(code, length: 10)
        #expect(try run(code, [0, 1, 2], Array(fragments.prefix(3)), [0, 1, 2]) == Array(fragments.prefix(3)))
    }

    @Test(arguments: [(0, 3), (-1, 3), (3, -1), (200, 56), (256, 0)])
    func noSuchCode(k: Int, m: Int) throws {
        #expect(throws: StorageError.self) { try ErasureCode(k: k, m: m) }
    }

    @Test func noSuchRecipe() throws {
        let code = try ErasureCode(k: 3, m: 2)
        for sources in [[0, 1], [0, 1, 1], [0, 1, 5], [0, 1, 2, 3], [-1, 0, 1]] {
            #expect(throws: StorageError.self) { try code.recipe(from: sources, making: [4]) }
        }
        #expect(throws: StorageError.self) { try code.recipe(from: [0, 1, 2], making: [5]) }
    }

    /// The values of RFC 3720, B.4, and the usual check value.
    @Test func crc32c() {
        #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum(0..<32) == 0x46DD_794E)
    }
}
