import HawserCore

/// What a client does that cuts and codes files by itself, as seed 001's original does with `klauspost/reedsolomon`.
///
/// Its arithmetic is its own, so that it shares no mistake with the store's.
public struct ClientCode: Sendable {
    /// A piece of a partition.
    public struct Piece: Sendable, Hashable {
        /// Its bytes.
        public var bytes: [UInt8]
        /// Their SHA-1.
        public var sha1: String { Digest.sha1(bytes).hex }

        /// A piece.
        public init(_ bytes: [UInt8]) { self.bytes = bytes }
    }

    /// How many data pieces a partition has.
    public let k: Int
    /// How many check pieces.
    public let m: Int
    private let rows: [[UInt8]]

    /// A code; k = 1 without check pieces is no code: the one piece is the file.
    public init(k: Int, m: Int) {
        self.k = k
        self.m = m
        let wide = (0..<(k + m)).map { row in (0..<k).map { Galois.power(UInt8(row), $0) } }
        let inverse = Galois.inverse(Array(wide[..<k]))
        rows = wide[k...].map { row in
            (0..<k).map { column in (0..<k).reduce(0) { $0 ^ Galois.product(row[$1], inverse[$1][column]) } }
        }
    }

    /// A file's partitions, each with its data and check pieces.
    public func partitions(of file: [UInt8], limit: Int = 256 << 20) -> [[Piece]] {
        let count = (file.count + limit - 1) / limit
        let part = file.count / count
        return (0..<count).map { number in
            pieces(of: Array(file[(number * part)..<(number == count - 1 ? file.count : (number + 1) * part)]))
        }
    }

    /// The check pieces of data pieces.
    public func checks(of data: [[UInt8]]) -> [[UInt8]] {
        rows.map { row in
            var sum = [UInt8](repeating: 0, count: data[0].count)
            for (factor, piece) in zip(row, data) {
                let products = (0...255).map { Galois.product(factor, UInt8($0)) }
                products.withUnsafeBufferPointer { products in
                    sum.withUnsafeMutableBufferPointer { sum in
                        piece.withUnsafeBufferPointer { piece in
                            for index in 0..<piece.count { sum[index] ^= products[Int(piece[index])] }
                        }
                    }
                }
            }
            return sum
        }
    }

    private func pieces(of partition: [UInt8]) -> [Piece] {
        let size = (partition.count + k - 1) / k
        let padded = partition + [UInt8](repeating: 0, count: size * k - partition.count)
        let data = (0..<k).map { Array(padded[($0 * size)..<(($0 + 1) * size)]) }
        return (data + checks(of: data)).map(Piece.init)
    }
}

/// GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1.
private enum Galois {
    private static let logs: (log: [Int], exp: [UInt8]) = {
        var (log, exp) = ([Int](repeating: 0, count: 256), [UInt8](repeating: 0, count: 510))
        var value = 1
        for index in 0..<255 {
            (exp[index], exp[index + 255], log[value]) = (UInt8(value), UInt8(value), index)
            value = value << 1 ^ (value & 0x80 == 0 ? 0 : 0x11D)
        }
        return (log, exp)
    }()

    static func product(_ a: UInt8, _ b: UInt8) -> UInt8 {
        a == 0 || b == 0 ? 0 : logs.exp[logs.log[Int(a)] + logs.log[Int(b)]]
    }

    static func power(_ base: UInt8, _ exponent: Int) -> UInt8 {
        (0..<exponent).reduce(1) { result, _ in product(result, base) }
    }

    /// By Gauss and Jordan.
    static func inverse(_ square: [[UInt8]]) -> [[UInt8]] {
        let size = square.count
        var rows = square.enumerated().map { index, row in row + (0..<size).map { $0 == index ? 1 : 0 } }
        for column in 0..<size {
            if let pivot = (column..<size).first(where: { rows[$0][column] != 0 }) { rows.swapAt(column, pivot) }
            let factor = (1...255).first { product(UInt8($0), rows[column][column]) == 1 } ?? 1
            rows[column] = rows[column].map { product($0, UInt8(factor)) }
            for row in 0..<size where row != column && rows[row][column] != 0 {
                let factor = rows[row][column]
                rows[row] = zip(rows[row], rows[column]).map { $0 ^ product(factor, $1) }
            }
        }
        return rows.map { Array($0[size...]) }
    }
}
