import Foundation
import HawserCore

/// The threads that code and check; by default as many as the machine has cores, for the whole process.
public struct CodingThreads: Sendable {
    /// Those of the process.
    public static let shared = CodingThreads(count: ProcessInfo.processInfo.activeProcessorCount)

    /// For work that takes a core.
    let compute: BlockingPool
    /// For reading files that are to be coded.
    let files: BlockingPool
    let count: Int

    /// So many threads that compute at the same time.
    public init(count: Int) {
        self.count = max(1, count)
        compute = BlockingPool(name: "coding", threads: self.count)
        files = BlockingPool(name: "coding-files", threads: 4)
    }

    /// Calls for parts of a range, on several threads, and returns when all is done.
    func divide(_ range: Range<Int>, _ body: @escaping @Sendable (Range<Int>) -> Void) async throws {
        let lanes = max(1, min(count, range.count))
        guard lanes > 1 else { return try await compute.run { body(range) } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<lanes {
                let start = range.lowerBound + range.count * lane / lanes
                let end = range.lowerBound + range.count * (lane + 1) / lanes
                group.addTask { try await compute.run { body(start..<end) } }
            }
            try await group.waitForAll()
        }
    }
}
