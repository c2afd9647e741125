extension RedisClient {
    /// Runs commands as one transaction (`MULTI` … `EXEC`) in one write: all or none, nothing between them.
    ///
    /// A command that fails while it runs does not undo the others; Redis has no rollback.
    ///
    /// - Returns: the replies of the commands.
    /// - Throws: the error of the first command that was refused (then none was run) or failed,
    ///   `RedisError.transactionAborted` when a watched key changed, and as `send`.
    @discardableResult
    public func transaction(
        _ commands: [[RedisArgument]],
        deadline: RedisDeadline = .standard
    ) async throws -> [RedisValue] {
        let replies = try await pipeline([["MULTI"]] + commands + [["EXEC"]], deadline: deadline)
        // A command refused in the queue names the fault; EXEC would only say that there was one.
        for reply in replies { _ = try reply.checked() }
        guard let last = replies.last, let results = last.array else { throw RedisError.transactionAborted }
        for result in results { _ = try result.checked() }
        return results
    }
}
