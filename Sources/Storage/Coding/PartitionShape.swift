/// Where each byte of a partition is in its fragments.
///
/// A partition is cut into stripes of k cells; cell f of each stripe belongs to fragment f, and the m computed cells to
/// the fragments after. The last stripe has shorter cells, of which the last may end in zeros. A fragment is a header,
/// then a record for each stripe: the cell, its checksum, and zeros up to a multiple of 64 bytes. That keeps cells where
/// the processor reads them fastest: wide codes take half as long again on cells that straddle its cache lines.
struct PartitionShape: Sendable, Hashable {
    /// The length of a checksum in bytes.
    static let seal = 4
    /// What the length of a record is a multiple of.
    static let alignment = 64

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
    var record: Int { Self.recordLength(cell) }

    /// The length of the cells of a stripe.
    func cellLength(_ stripe: Int) -> Int {
        let rest = length - Int64(stripe) * stripeLength
        return rest >= stripeLength ? cell : Int((rest + Int64(k) - 1) / Int64(k))
    }

    /// The length of a fragment's file.
    var fragmentLength: Int64 {
        guard stripes > 0 else { return Int64(FragmentHeader.length) }
        return recordOffset(stripes - 1) + Int64(Self.recordLength(cellLength(stripes - 1)))
    }

    /// Where the record of a stripe begins in a fragment's file.
    func recordOffset(_ stripe: Int) -> Int64 {
        Int64(FragmentHeader.length) + Int64(stripe) * Int64(record)
    }

    /// How long the records of these stripes are together.
    func recordsLength(_ stripes: Range<Int>) -> Int {
        stripes.last.map { recordRange($0, from: stripes.lowerBound).upperBound } ?? 0
    }

    /// Where the record of a stripe is among those from another stripe on.
    func recordRange(_ stripe: Int, from first: Int) -> Range<Int> {
        let start = (stripe - first) * record
        return start..<(start + Self.recordLength(cellLength(stripe)))
    }

    private static func recordLength(_ cell: Int) -> Int {
        (cell + seal + alignment - 1) / alignment * alignment
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
