import Foundation
import HawserCore
import Synchronization

/// Stands before a real HTTP server and breaks single requests on purpose.
///
/// One request per connection: it asks both sides to close. Requests that no fault is set for pass as they are.
public final class FaultProxy: Sendable {
    /// What happens to a request instead of passing it.
    public enum Fault: Sendable {
        /// The server never sees it; this is the answer.
        case answer(Int, headers: [String] = [], body: String = "")
        /// The server carries it out; this is the answer all the same.
        case answerAfterwards(Int, headers: [String] = [], body: String = "")
        /// The server never sees it; the connection is closed.
        case closeBefore
        /// The server carries it out; the connection is closed without an answer.
        case closeAfter
        /// The server carries it out; only half of its answer's body comes.
        case cutInHalf
        /// The server never sees it; nothing comes until the client goes.
        case hang
        /// The server carries it out; nothing comes until the client goes.
        case hangAfterwards
    }

    /// A request as it came.
    public struct Seen: Sendable {
        /// The method.
        public let method: String
        /// The path with its query.
        public let path: String
        /// The lines of the head after the first one.
        public let headers: [String]
    }

    private struct Rule {
        let fault: Fault
        let matches: @Sendable (Seen) -> Bool
        var times: Int
        let hit: @Sendable () -> Void
    }

    private struct State {
        var rules: [Rule] = []
        var seen: [Seen] = []
        var open: Set<Int32> = []
        var hanging: Set<Int32> = []
        var isStopped = false
    }

    /// The port it listens on, on the loopback interface.
    public let port: UInt16
    private let upstream: UInt16
    private let listener: Int32
    private let state = Mutex(State())

    /// Starts a proxy before the server on a port of the loopback interface.
    ///
    /// - Throws: `ServerError` when it cannot listen.
    public init(before upstream: UInt16) throws {
        self.upstream = upstream
        (listener, port) = try Loopback.listen()
        Loopback.accept(on: listener, for: self) { proxy, client in
            proxy.state.withLock { _ = $0.open.insert(client) }
            Thread.detachNewThread { proxy.serve(client) }
        }
    }

    /// Breaks the next requests that match.
    ///
    /// - Parameters:
    ///   - fault: what happens to them.
    ///   - times: to how many.
    ///   - hit: called when one is there, and carried out if it is to be.
    ///   - matches: which ones.
    public func fail(
        _ fault: Fault,
        times: Int = 1,
        hit: @escaping @Sendable () -> Void = {},
        when matches: @escaping @Sendable (Seen) -> Bool
    ) {
        state.withLock { $0.rules.append(Rule(fault: fault, matches: matches, times: times, hit: hit)) }
    }

    /// The requests so far, in the order in which they came.
    public var seen: [Seen] { state.withLock { $0.seen } }

    /// Closes the connections of requests that hang.
    public func release() {
        for descriptor in state.withLock({ $0.hanging }) { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    /// Stops to listen and closes what is open.
    public func stop() {
        let open = state.withLock { state in
            state.isStopped = true
            return state.open
        }
        shutdown(listener, Int32(SHUT_RDWR))
        for descriptor in open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    private func serve(_ client: Int32) {
        defer {
            state.withLock { state in
                state.open.remove(client)
                state.hanging.remove(client)
            }
            close(client)
        }
        guard let (request, seen) = Self.readRequest(client) else { return }
        let rule = state.withLock { state -> Rule? in
            state.seen.append(seen)
            guard let index = state.rules.firstIndex(where: { $0.times > 0 && $0.matches(seen) }) else { return nil }
            state.rules[index].times -= 1
            return state.rules[index]
        }
        switch rule?.fault {
        case nil: Loopback.send(client, forward(request))
        case .answer(let status, let headers, let body)?: Loopback.send(client, Self.answer(status, headers, body))
        case .answerAfterwards(let status, let headers, let body)?:
            _ = forward(request)
            rule?.hit()
            Loopback.send(client, Self.answer(status, headers, body))
        case .closeBefore?: break
        case .closeAfter?:
            _ = forward(request)
            rule?.hit()
        case .cutInHalf?:
            let answer = forward(request)
            let head = Self.headEnd(answer) ?? 0
            Loopback.send(client, Array(answer[..<(head + (answer.count - head) / 2)]))
        case .hang?, .hangAfterwards?:
            if case .hangAfterwards? = rule?.fault { _ = forward(request) }
            state.withLock { _ = $0.hanging.insert(client) }
            rule?.hit()
            _ = Loopback.receive(client)
        }
    }

    /// Sends a request to the server and reads all it says.
    private func forward(_ request: [UInt8]) -> [UInt8] {
        guard let server = Loopback.connect(upstream) else { return [] }
        defer { close(server) }
        Loopback.send(server, request)
        var answer: [UInt8] = []
        while true {
            let more = Loopback.receive(server)
            if more.isEmpty { return answer }
            answer += more
        }
    }

    /// Reads a request and asks for the connection to be closed after it.
    private static func readRequest(_ client: Int32) -> (bytes: [UInt8], seen: Seen)? {
        var bytes: [UInt8] = []
        while headEnd(bytes) == nil {
            let more = Loopback.receive(client)
            if more.isEmpty { return nil }
            bytes += more
        }
        guard let end = headEnd(bytes) else { return nil }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n").map(String.init)
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count == 3 else { return nil }
        let headers = lines.dropFirst().filter { !$0.lowercased().hasPrefix("connection:") }
        let length = headers.first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
        while bytes.count < end + (length ?? 0) {
            let more = Loopback.receive(client)
            if more.isEmpty { return nil }
            bytes += more
        }
        let head = ([lines[0]] + headers + ["Connection: close"]).joined(separator: "\r\n") + "\r\n\r\n"
        let seen = Seen(method: String(words[0]), path: String(words[1]), headers: Array(headers))
        return (Array(head.utf8) + bytes[end...], seen)
    }

    private static func answer(_ status: Int, _ headers: [String], _ body: String) -> [UInt8] {
        let head = ["HTTP/1.1 \(status) X", "Content-Length: \(body.utf8.count)", "Connection: close"] + headers
        return Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }

    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for end in 4...bytes.count where bytes[(end - 4)..<end].elementsEqual([13, 10, 13, 10]) { return end }
        return nil
    }
}
