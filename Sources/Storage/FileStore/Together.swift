/// Does together what comes while the one before is being done: one call for all that wait with the same key.
///
/// What must not be done at the same time, and costs as much for many as for one, goes through here.
actor Together<Item: Sendable, Result: Sendable> {
    /// Does all of these, or none; answers what came of each, in their order.
    typealias Work = @Sendable (String, [Item]) async throws -> [Result]

    private struct Waiting {
        let item: Item
        let answer: CheckedContinuation<Result, any Error>
    }

    private let most: Int
    private let work: Work
    private var waiting: [String: [Waiting]] = [:]

    /// - Parameters:
    ///   - most: how many are done at once.
    ///   - work: does them.
    init(most: Int, _ work: @escaping Work) {
        self.most = most
        self.work = work
    }

    /// Does one, with others of the same key when there are any.
    ///
    /// - Throws: what the work throws for it: when it fails for several, each is tried alone.
    func callAsFunction(_ key: String, _ item: Item) async throws -> Result {
        try await withCheckedThrowingContinuation { answer in
            let isAlone = waiting[key] == nil
            waiting[key, default: []].append(Waiting(item: item, answer: answer))
            if isAlone { Task { await serve(key) } }
        }
    }

    private func serve(_ key: String) async {
        while let all = waiting[key], !all.isEmpty {
            let batch = Array(all.prefix(most))
            waiting[key]?.removeFirst(batch.count)
            await perform(key, batch)
        }
        waiting[key] = nil
    }

    private func perform(_ key: String, _ batch: [Waiting]) async {
        do {
            let results = try await work(key, batch.map(\.item))
            for (one, result) in zip(batch, results) { one.answer.resume(returning: result) }
        } catch {
            guard batch.count > 1 else { return batch[0].answer.resume(throwing: error) }
            for one in batch { await perform(key, [one]) }
        }
    }
}
