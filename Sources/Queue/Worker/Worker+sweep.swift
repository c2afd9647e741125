import HawserCore

extension Worker {
    /// Drops finished jobs after a while, and the events of all, when there is no archive: else the recorder does both.
    func sweep() async {
        guard queues.archive == nil else { return }
        let interval = min(.seconds(10), options.keepFinished / 2)
        while !Task.isCancelled {
            do {
                for queue in options.queues {
                    try await queues.drop(queue, finishedBefore: options.keepFinished)
                    // Redis drops at most 10,000 entries in a call.
                    while try await queues.trim(queue, olderThan: min(Recorder.keep, options.keepFinished)) >= 5_000 {}
                }
            } catch is CancellationError {
                return
            } catch {
                log.debug("finished jobs not dropped", ["error": "\(error)"])
            }
            try? await Task.sleep(for: max(interval, .milliseconds(10)))
        }
    }
}

extension JobQueues {
    /// Drops jobs of a queue that finished so long ago, unless there is a recorder.
    func drop(_ queue: QueueName, finishedBefore age: Duration) async throws {
        while true {
            let reply = try await redis.call(
                Scripts.drop,
                keys: QueueKeys(queue).all,
                arguments: [.int(age.milliseconds), .int(Self.scriptLimit)]
            )
            guard let count = reply.int else { throw QueueError.corrupt("drop") }
            if count < Self.scriptLimit { return }
        }
    }

    /// Drops events of a queue that are older and that all recorders have carried.
    ///
    /// - Returns: how many stream entries were dropped.
    @discardableResult
    func trim(_ queue: QueueName, olderThan age: Duration) async throws -> Int {
        let reply = try await redis.call(
            Scripts.trim,
            keys: QueueKeys(queue).all,
            arguments: [.int(age.milliseconds)]
        )
        return Int(reply.int ?? 0)
    }
}
