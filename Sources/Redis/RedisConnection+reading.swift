import Foundation
import Synchronization

extension RedisConnection {
    /// Called by the loop when the socket can be read or written.
    func handle(_ session: RedisSession, readable: Bool, writable: Bool) {
        let phase = state.withLock { $0.session === session ? $0.phase : nil }
        guard let phase else { return }
        if phase == .connecting {
            if writable { finishConnecting(session) }
            return
        }
        if writable { state.withLock { flush(&$0) } }
        if readable { read(session) }
    }

    /// Reads what is there, at most a megabyte, so that one connection does not starve the others.
    private func read(_ session: RedisSession) {
        var replies: [RedisValue] = []
        var end: (any Error)?
        // Freeing a block of 64 KiB or more has glibc's malloc tidy up all of its lists.
        withUnsafeTemporaryAllocation(byteCount: 1 << 15, alignment: 16) { buffer in
            for _ in 0..<32 {
                let count = recv(session.descriptor, buffer.baseAddress, buffer.count, 0)
                if count > 0 {
                    do {
                        let part = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                        try take(part, session, into: &replies)
                    } catch {
                        end = error
                    }
                    if end != nil || count < buffer.count { break }
                } else if count == 0 {
                    end = RedisUnavailable(.connectionLost, cause: "closed by the server")
                    break
                } else if errno != EINTR {
                    if errno != EAGAIN { end = RedisUnavailable(.connectionLost, cause: systemMessage(errno)) }
                    break
                }
            }
        }
        deliver(replies, session)
        if let end { drop(session, because: end) }
    }

    private func take(
        _ bytes: UnsafeRawBufferPointer,
        _ session: RedisSession,
        into replies: inout [RedisValue]
    ) throws {
        guard let tls = session.tls else { return try session.parser.feed(bytes, into: &replies) }
        let plain = try state.withLock { state -> [UInt8] in
            let plain = try tls.decrypt(bytes)
            put(tls.takeOutput(), &state)
            if state.phase == .securing, tls.isReady { greet(&state) }
            return plain
        }
        try plain.withUnsafeBytes { try session.parser.feed($0, into: &replies) }
    }

    /// Hands replies to those who wait for them.
    private func deliver(_ replies: [RedisValue], _ session: RedisSession) {
        guard !replies.isEmpty else { return }
        var done: [(RedisWaiter, [RedisValue])] = []
        var greetingEnd: Greeting.End?
        var isUnasked = false
        state.withLock { state in
            guard state.session === session else { return }
            for reply in replies {
                if state.phase == .greeting {
                    greetingEnd = state.greeting.take(reply)
                    if greetingEnd != nil { break }
                    continue
                }
                let isComplete = state.inFlight.updateFirst { call -> Bool in
                    call.replies.append(reply)
                    call.missing -= 1
                    return call.missing == 0
                }
                switch isComplete {
                case true?:
                    if let call = state.inFlight.popFirst() { done.append((call.waiter, call.replies)) }
                case false?: break
                case nil: isUnasked = true
                }
            }
        }
        for (waiter, values) in done { waiter.finish(values) }
        if isUnasked { drop(session, because: RedisUnavailable(.connectionLost, cause: "a reply nobody asked for")) }
        if let greetingEnd { finishGreeting(session, greetingEnd) }
    }
}
