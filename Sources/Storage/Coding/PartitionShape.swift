/// Where each byte of a partition is in its fragments.
///
/// A partition is cut into stripes of k cells; cell f of each stripe belongs to fragment f, and the m computed cells to
/// the fragments after. The last stripe has shorter cells, of which the last may end in zeros. A fragment is a header,
/// then a record for each stripe: the cell and its checksum.
struct PartitionShape: Sendable, Hashable {
    /// The length of a checksum in bytes.
    static let seal = 4

    let k: Int
    let m: Int
    /// The length of a cell in bytes.
    let cell: Int
    /// The length of the partition in bytes.
    let length: Int64

    /// - Throws: `StorageError.badLayout` when these describe nothing.
    init(k: Int, m: Int, cell: Int, length: Int64) throws {
        guard k >= 1, m >= 0, k + m <= 255, (1...(16 << 20)).contains(cell), length >= 0 else {
            throw StorageError.badLayout(reason: "no partition: \(k)+\(m), cells of \(cell) in \(length) bytes")
        }
        self.k = k
        self.m = m
        self.cell = cell
        self.length = length
    }

    /// How many fragments there are.
    var count: Int { k + m }
    /// How much data a whole stripe holds.
    var stripeLength: Int64 { Int64(k) * Int64(cell) }
    /// How many stripes there are, the shorter last one included.
    var stripes: Int { Int((length + stripeLength - 1) / stripeLength) }
    /// The length of a record with a whole cell.
    var record: Int { cell + Self.seal }

    /// The length of the cells of a stripe.
    func cellLength(_ stripe: Int) -> Int {
        let rest = length - Int64(stripe) * stripeLength
        return rest >= stripeLength ? cell : Int((rest + Int64(k) - 1) / Int64(k))
    }

    /// The length of a fragment's file.
    var fragmentLength: Int64 {
        guard stripes > 0 else { return Int64(FragmentHeader.length) }
        return recordOffset(stripes - 1) + Int64(cellLength(stripes - 1) + Self.seal)
    }

    /// Where the record of a stripe begins in a fragment's file.
    func recordOffset(_ stripe: Int) -> Int64 {
        Int64(FragmentHeader.length) + Int64(stripe) * Int64(record)
    }

    /// How long the records of these stripes are together.
    func recordsLength(_ stripes: Range<Int>) -> Int {
        guard let last = stripes.last else { return 0 }
        return (stripes.count - 1) * record + cellLength(last) + Self.seal
    }

    /// Which part of the partition a data fragment's cell of a stripe holds, without the zeros at the end.
    func dataRange(stripe: Int, fragment: Int) -> Range<Int64> {
        let size = Int64(cellLength(stripe))
        let start = min(length, Int64(stripe) * stripeLength + Int64(fragment) * size)
        return start..<min(length, start + size)
    }

    /// Which part of the partition some stripes hold.
    func dataRange(stripes: Range<Int>) -> Range<Int64> {
        min(length, Int64(stripes.lowerBound) * stripeLength)..<min(length, Int64(stripes.upperBound) * stripeLength)
    }
}
