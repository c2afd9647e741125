import HawserCore
import Testing

@testable import HawserStorage

struct FragmentFormatTests {
    /// Every byte of a partition is in one cell, and the records fill the file.
    @Test(arguments: [1, 2, 3, 4, 5, 6, 39, 40, 41, 79, 80, 81, 1000] as [Int64])
    func everyByteIsInOneCell(length: Int64) throws {
        for (k, cell) in [(1, 10), (4, 10), (3, 1), (7, 16)] {
            let shape = try PartitionShape(k: k, m: 2, cell: cell, length: length)
            var next: Int64 = 0
            var size = Int64(FragmentHeader.length)
            for stripe in 0..<shape.stripes {
                #expect(shape.recordOffset(stripe) == size)
                for fragment in 0..<k {
                    let range = shape.dataRange(stripe: stripe, fragment: fragment)
                    #expect(range.lowerBound == next)
                    #expect(range.count <= shape.cellLength(stripe))
                    next = range.upperBound
                }
                #expect(shape.recordOffset(stripe) % 64 == 0)
                size += Int64((shape.cellLength(stripe) + 4 + 63) / 64 * 64)
            }
            #expect(next == length)
            #expect(shape.fragmentLength == size)
            #expect(shape.recordsLength(0..<shape.stripes) == Int(size) - FragmentHeader.length)
        }
    }

    @Test func headerIsReadAsWritten() throws {
        let shape = try PartitionShape(k: 200, m: 55, cell: 65_536, length: 268_435_457)
        let id = String(repeating: "x", count: 64)
        let header = try FragmentHeader(content: id, partition: 70_000, fragment: 254, shape: shape)
        #expect(header.bytes.count == FragmentHeader.length)
        #expect(FragmentHeader(header.bytes) == header)
        for position in header.bytes.indices {
            var damaged = header.bytes
            damaged[position] ^= 1 << UInt8.random(in: 0..<8)
            #expect(FragmentHeader(damaged) == nil, "byte \(position)")
        }
        #expect(FragmentHeader(header.bytes.dropLast()) == nil)
        #expect(throws: StorageError.self) {
            try FragmentHeader(content: id + "x", partition: 0, fragment: 0, shape: shape)
        }
    }

    @Test func aCellBelongsToItsPlace() {
        let cell = noise(100)
        let seal = CellSeal(content: "c", partition: 1, fragment: 2)
        func sum(_ seal: CellSeal, _ stripe: Int) -> UInt32 {
            cell.withUnsafeBytes { seal.checksum(stripe: stripe, $0) }
        }
        #expect(sum(seal, 3) == sum(seal, 3))
        #expect(sum(seal, 3) != sum(seal, 4))
        #expect(sum(seal, 3) != sum(CellSeal(content: "d", partition: 1, fragment: 2), 3))
        #expect(sum(seal, 3) != sum(CellSeal(content: "c", partition: 2, fragment: 2), 3))
        #expect(sum(seal, 3) != sum(CellSeal(content: "c", partition: 1, fragment: 1), 3))
    }
}
