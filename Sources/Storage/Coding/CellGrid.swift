/// What has been read of some stripes: a cell for each stripe and fragment, and what to read next.
///
/// A stripe is done when the cells that are wanted of it are there, or any k of its cells, from which they are computed.
struct CellGrid {
    /// Records of a fragment to read.
    struct Read: Hashable {
        let fragment: Int
        let stripes: Range<Int>
    }

    private enum Cell {
        case unread
        case reading
        /// Being read for so long that others are read instead; it still counts when it comes.
        case overdue
        case good(buffer: Int, offset: Int)
        case bad
    }

    let shape: PartitionShape
    let stripes: Range<Int>
    /// The fragments wanted of each stripe.
    let wanted: [[Int]]
    private var cells: [Cell]
    private var buffers: [[UInt8]] = []

    init(shape: PartitionShape, stripes: Range<Int>, wanted: [[Int]], lost: Set<Int>) {
        self.shape = shape
        self.stripes = stripes
        self.wanted = wanted
        cells = stripes.flatMap { _ in (0..<shape.count).map { lost.contains($0) ? .bad : .unread } }
    }

    /// What to read, beside what is being read.
    ///
    /// - Parameters:
    ///   - order: all fragments, the best to read first.
    ///   - good: those that are read before any other, when they are wanted.
    /// - Returns: what to read; nil when all there is cannot suffice.
    mutating func plan(order: [Int], good: Set<Int>) -> [Read]? {
        var picked: [Int: [Int]] = [:]
        func pick(_ stripe: Int, _ fragment: Int) {
            self[stripe, fragment] = .reading
            picked[fragment, default: []].append(stripe)
        }
        for stripe in stripes where !isDone(stripe) {
            for fragment in wanted(stripe) where good.contains(fragment) {
                if case .unread = self[stripe, fragment] { pick(stripe, fragment) }
            }
            if wanted(stripe).allSatisfy({ isComing(stripe, $0, overdue: false) }) { continue }
            var coming = order.count { isComing(stripe, $0, overdue: false) }
            for fragment in order where coming < shape.k {
                guard case .unread = self[stripe, fragment] else { continue }
                pick(stripe, fragment)
                coming += 1
            }
            let hope = order.count { isComing(stripe, $0, overdue: true) }
            guard hope >= shape.k || wanted(stripe).allSatisfy({ isComing(stripe, $0, overdue: true) }) else {
                return nil
            }
        }
        return picked.sorted { $0.key < $1.key }.flatMap { fragment, stripes in runs(stripes, of: fragment) }
    }

    /// Whether nothing more has to be read.
    var isDone: Bool { stripes.allSatisfy(isDone) }

    /// Takes in what was read: records one after the other from a place in the bytes on; those not in `intact` are bad.
    mutating func put(_ read: Read, _ bytes: [UInt8], from start: Int, intact: Set<Int>) {
        buffers.append(bytes)
        for stripe in read.stripes {
            let offset = start + shape.recordRange(stripe, from: read.stripes.lowerBound).lowerBound
            self[stripe, read.fragment] =
                intact.contains(stripe) ? .good(buffer: buffers.count - 1, offset: offset) : .bad
        }
    }

    /// Notes that a read failed.
    mutating func fail(_ read: Read) {
        for stripe in read.stripes { self[stripe, read.fragment] = .bad }
    }

    /// Notes that a read takes too long to be waited for alone.
    mutating func delay(_ read: Read) {
        for stripe in read.stripes { self[stripe, read.fragment] = .overdue }
    }

    /// Calls with each wanted cell of a stripe, read or computed.
    func withCells(_ stripe: Int, _ body: (Int, UnsafeRawBufferPointer) throws -> Void) throws {
        let size = shape.cellLength(stripe)
        var missing: [Int] = []
        for fragment in wanted(stripe) {
            guard case .good(let buffer, let offset) = self[stripe, fragment] else {
                missing.append(fragment)
                continue
            }
            try buffers[buffer].withUnsafeBytes {
                try body(fragment, UnsafeRawBufferPointer(rebasing: $0[offset..<(offset + size)]))
            }
        }
        guard !missing.isEmpty else { return }
        let sources = (0..<shape.count).filter { isGood(stripe, $0) }.prefix(shape.k)
        let recipe = try ErasureCode.shared(k: shape.k, m: shape.m).recipe(from: Array(sources), making: missing)
        let memory = MemoryBlock(count: missing.count * size)
        var results = missing.indices.map { position -> UnsafeMutablePointer<UInt8>? in
            memory.bytes.baseAddress.map { ($0 + position * size).assumingMemoryBound(to: UInt8.self) }
        }
        withPointers(stripe, sources, []) { pointers in
            var pointers = pointers
            recipe.run(length: size, from: &pointers, into: &results)
        }
        for (position, fragment) in missing.enumerated() {
            let cell = UnsafeRawBufferPointer(memory.bytes)[(position * size)..<((position + 1) * size)]
            try body(fragment, UnsafeRawBufferPointer(rebasing: cell))
        }
    }

    /// Calls with the places of good cells.
    private func withPointers(
        _ stripe: Int,
        _ sources: ArraySlice<Int>,
        _ pointers: [UnsafeMutablePointer<UInt8>?],
        _ body: ([UnsafeMutablePointer<UInt8>?]) -> Void
    ) {
        guard let first = sources.first else { return body(pointers) }
        guard case .good(let buffer, let offset) = self[stripe, first] else { return }
        buffers[buffer].withUnsafeBufferPointer { bytes in
            // Only read from.
            let pointer = UnsafeMutablePointer(mutating: bytes.baseAddress).map { $0 + offset }
            withPointers(stripe, sources.dropFirst(), pointers + [pointer], body)
        }
    }

    private func runs(_ stripes: [Int], of fragment: Int) -> [Read] {
        var runs: [Range<Int>] = []
        for stripe in stripes {
            if let last = runs.last, last.upperBound == stripe {
                runs[runs.count - 1] = last.lowerBound..<(stripe + 1)
            } else {
                runs.append(stripe..<(stripe + 1))
            }
        }
        return runs.map { Read(fragment: fragment, stripes: $0) }
    }

    private func wanted(_ stripe: Int) -> [Int] { wanted[stripe - stripes.lowerBound] }

    private func isDone(_ stripe: Int) -> Bool {
        wanted(stripe).allSatisfy { isGood(stripe, $0) }
            || (0..<shape.count).count { isGood(stripe, $0) } >= shape.k
    }

    private func isGood(_ stripe: Int, _ fragment: Int) -> Bool {
        if case .good = self[stripe, fragment] { true } else { false }
    }

    private func isComing(_ stripe: Int, _ fragment: Int, overdue: Bool) -> Bool {
        switch self[stripe, fragment] {
        case .good, .reading: true
        case .overdue: overdue
        case .unread, .bad: false
        }
    }

    private subscript(stripe: Int, fragment: Int) -> Cell {
        get { cells[(stripe - stripes.lowerBound) * shape.count + fragment] }
        set { cells[(stripe - stripes.lowerBound) * shape.count + fragment] = newValue }
    }
}
