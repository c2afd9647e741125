import CISAL
import Synchronization

/// A systematic Reed-Solomon code over GF(2^8): k data fragments, m computed from them, any k give back all.
///
/// Of its matrix, the identity above rows of one kind or the other, every k rows can be inverted. With k = 1 all fragments
/// are the same bytes: replicas are this code, too.
public final class ErasureCode: Sendable {
    /// What is below the identity.
    public enum Matrix: Sendable, Hashable {
        /// Cauchy rows (ISA-L's `gf_gen_cauchy1_matrix`): what the store itself uses.
        case cauchy
        /// What remains of a Vandermonde matrix (row r has the powers of r) once its upper square is made the identity:
        /// what clients use who code for themselves, as `klauspost/reedsolomon` does when nothing else is asked for.
        case vandermonde
    }

    private struct Numbers: Hashable {
        let k: Int
        let m: Int
        let matrix: Matrix
    }

    /// How many fragments carry the data as it is, and how many it takes to read it.
    public let k: Int
    /// How many fragments are computed; as many may be lost.
    public let m: Int
    /// How many fragments there are.
    public var count: Int { k + m }

    private let matrix: [UInt8]
    private let recipes = Mutex(Recipes())

    private static let made = Mutex<[Numbers: ErasureCode]>([:])

    /// A code.
    ///
    /// - Throws: `StorageError.badLayout` when there is none: k is at least 1, m at least 0, their sum at most 255.
    public init(k: Int, m: Int, matrix kind: Matrix = .cauchy) throws {
        guard k >= 1, m >= 0, k + m <= 255 else {
            throw StorageError.badLayout(reason: "there is no code of \(k) data and \(m) check fragments")
        }
        self.k = k
        self.m = m
        var matrix = [UInt8](repeating: 1, count: (k + m) * k)
        // The Cauchy rows of k = 1 are other factors than 1, which would be no copies.
        if k > 1 {
            switch kind {
            case .cauchy: gf_gen_cauchy1_matrix(&matrix, Int32(k + m), Int32(k))
            case .vandermonde: matrix = try Self.vandermonde(k: k, m: m)
            }
        }
        self.matrix = matrix
    }

    private static func vandermonde(k: Int, m: Int) throws -> [UInt8] {
        var rows: [UInt8] = []
        for row in 0..<(k + m) {
            var power: UInt8 = 1
            for _ in 0..<k {
                rows.append(power)
                power = gf_mul(power, UInt8(row))
            }
        }
        var square = Array(rows[..<(k * k)])
        var inverse = [UInt8](repeating: 0, count: k * k)
        guard gf_invert_matrix(&square, &inverse, Int32(k)) == 0 else {
            throw StorageError.badLayout(reason: "there is no Vandermonde code of \(k) data fragments")
        }
        return (0..<(k + m)).flatMap { product(rows[($0 * k)..<($0 * k + k)], inverse, k) }
    }

    /// The one code of these numbers in this process, so that what was computed for it is at hand.
    ///
    /// - Throws: as `init`.
    public static func shared(k: Int, m: Int, matrix: Matrix = .cauchy) throws -> ErasureCode {
        let numbers = Numbers(k: k, m: m, matrix: matrix)
        if let code = made.withLock({ $0[numbers] }) { return code }
        let code = try ErasureCode(k: k, m: m, matrix: matrix)
        return made.withLock { made in
            // Buckets choose their numbers: there may be many over the years.
            if made.count >= 32 { made.removeAll() }
            made[numbers] = code
            return code
        }
    }

    /// How to compute some fragments from k others.
    ///
    /// - Parameters:
    ///   - sources: k different fragments, by index.
    ///   - outputs: the fragments to compute.
    /// - Returns: the computation, to be used for any number of stripes.
    /// - Throws: `StorageError.badLayout` when the indices are not such.
    public func recipe(from sources: [Int], making outputs: [Int]) throws -> Recipe {
        guard sources.count == k, Set(sources).count == k, (sources + outputs).allSatisfy((0..<count).contains) else {
            throw StorageError.badLayout(reason: "no \(k) of \(count) fragments: \(sources) for \(outputs)")
        }
        let key = Recipes.Key(sources: sources.map(UInt8.init), outputs: outputs.map(UInt8.init))
        if let recipe = recipes.withLock({ $0.find(key) }) { return recipe }
        let recipe = try make(sources, outputs)
        recipes.withLock { $0.add(recipe, key) }
        return recipe
    }

    /// How much memory the recipes that are kept take, about.
    var cachedCost: Int { recipes.withLock { $0.cost } }

    private func make(_ sources: [Int], _ outputs: [Int]) throws -> Recipe {
        guard k > 1 else { return Recipe(k: 1, outputs: outputs.count, tables: []) }
        var rows: [UInt8] = []
        let inverse = try sources == Array(0..<k) ? nil : inverted(sources)
        for output in outputs {
            let row = matrix[(output * k)..<(output * k + k)]
            rows += inverse.map { Self.product(row, $0, k) } ?? Array(row)
        }
        guard !outputs.isEmpty else { return Recipe(k: k, outputs: 0, tables: []) }
        // 32 bytes a factor: erasure_code.h, ec_init_tables.
        var tables = [UInt8](repeating: 0, count: 32 * k * outputs.count)
        ec_init_tables(Int32(k), Int32(outputs.count), &rows, &tables)
        return Recipe(k: k, outputs: outputs.count, tables: tables)
    }

    /// What gives the data fragments from these.
    private func inverted(_ sources: [Int]) throws -> [UInt8] {
        var rows = sources.flatMap { matrix[($0 * k)..<($0 * k + k)] }
        var inverse = [UInt8](repeating: 0, count: k * k)
        guard gf_invert_matrix(&rows, &inverse, Int32(k)) == 0 else {
            throw StorageError.badLayout(reason: "the fragments \(sources) do not determine the data")
        }
        return inverse
    }

    private static func product(_ row: ArraySlice<UInt8>, _ square: [UInt8], _ k: Int) -> [UInt8] {
        (0..<k).map { column in
            zip(row, 0..<k).reduce(0) { $0 ^ gf_mul($1.0, square[$1.1 * k + column]) }
        }
    }
}

extension ErasureCode {
    /// A computation of fragments from others, in the form the processor's instructions take.
    public struct Recipe: Sendable {
        private let k: Int
        private let outputs: Int
        private let tables: [UInt8]

        init(k: Int, outputs: Int, tables: [UInt8]) {
            self.k = k
            self.outputs = outputs
            self.tables = tables
        }

        /// How much memory it takes, about.
        var cost: Int { tables.count + 256 }

        /// Computes.
        ///
        /// - Parameters:
        ///   - length: how many bytes each fragment has.
        ///   - sources: k pieces of so many bytes, in the order the recipe was asked for; only read.
        ///   - results: pieces of so many bytes for the results, in order, overlapping nothing.
        public func run(
            length: Int,
            from sources: inout [UnsafeMutablePointer<UInt8>?],
            into results: inout [UnsafeMutablePointer<UInt8>?]
        ) {
            precondition(sources.count == k && results.count == outputs)
            guard outputs > 0, length > 0 else { return }
            if k == 1 {
                for result in results {
                    if let result, let source = sources[0] { result.update(from: source, count: length) }
                }
                return
            }
            tables.withUnsafeBufferPointer { tables in
                // Only read: the declaration lacks a const.
                let tables = UnsafeMutablePointer(mutating: tables.baseAddress)
                ec_encode_data(Int32(length), Int32(k), Int32(outputs), tables, &sources, &results)
            }
        }
    }

    /// The recipes used lately; all are dropped when they take more than `limit`, which is the case for wide codes with
    /// many targets down at the same time.
    struct Recipes {
        struct Key: Hashable {
            let sources: [UInt8]
            let outputs: [UInt8]
        }

        static let limit = 4 << 20
        private var known: [Key: Recipe] = [:]
        private(set) var cost = 0

        func find(_ key: Key) -> Recipe? { known[key] }

        mutating func add(_ recipe: Recipe, _ key: Key) {
            if cost + recipe.cost > Self.limit {
                known.removeAll()
                cost = 0
            }
            guard recipe.cost <= Self.limit, known.updateValue(recipe, forKey: key) == nil else { return }
            cost += recipe.cost
        }
    }
}
