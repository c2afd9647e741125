import Foundation
import HawserCore
import Synchronization
import Testing

@testable import HawserMetadata

struct CallGateTests {
    let operation = MongoOperation(name: "test", collection: "")

    /// A server that answers a call only when told.
    final class Server: Sendable {
        let release = DispatchSemaphore(value: 0)
        let entered = DispatchSemaphore(value: 0)
        let isAlive = Atomic(true)
        let calls = Atomic(0)

        func call() {
            calls.wrappingAdd(1, ordering: .relaxed)
            entered.signal()
            release.wait()
        }

        func ping() throws {
            guard isAlive.load(ordering: .relaxed) else { throw JSONError("dead") }
        }
    }

    @Test func aSlowCallIsWaitedForWhileThePingAnswers() async throws {
        let server = Server()
        let pings = DispatchSemaphore(value: 0)
        let gate = CallGate(threads: 1, patience: .milliseconds(40)) { pings.signal() }
        async let answer = gate.run(operation, isHurried: true) {
            server.call()
            return 7
        }
        // Ten pings are at least five times the patience.
        let waiter = BlockingPool(name: "waiter", threads: 1)
        try await waiter.run { for _ in 0..<10 { pings.wait() } }
        server.release.signal()
        #expect(try await answer == 7)
    }

    @Test func aDeadServerClosesTheGateAndAnAnswerOpensIt() async throws {
        let server = Server()
        server.isAlive.store(false, ordering: .relaxed)
        let gate = CallGate(threads: 1, patience: .milliseconds(40)) { try server.ping() }
        // Both are given up: the one that was sent, and the one that waits for its thread and is never sent.
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    await #expect(throws: MetadataUnavailable.self) {
                        try await gate.run(operation, isHurried: true) { server.call() }
                    }
                }
            }
        }
        #expect(server.calls.load(ordering: .relaxed) == 1)
        // Closed: one call tries, and is given up as the thread is still busy; the others fail at once.
        let trial = Task { try await gate.run(operation, isHurried: true) { 1 } }
        await #expect(throws: MetadataUnavailable.self) { try await trial.value }
        await #expect(throws: MetadataUnavailable.self) { try await gate.run(operation, isHurried: true) { 1 } }
        server.release.signal()
        // The late answer of the first call opens the gate.
        while true {
            if let value = try? await gate.run(operation, isHurried: true, { 5 }) {
                #expect(value == 5)
                break
            }
            await Task.yield()
        }
        #expect(server.calls.load(ordering: .relaxed) == 1)
    }

    @Test func unhurriedCallsAreNotGivenUp() async throws {
        let server = Server()
        server.isAlive.store(false, ordering: .relaxed)
        let gate = CallGate(threads: 2, patience: .milliseconds(30)) { try server.ping() }
        async let index = gate.run(operation, isHurried: false) {
            server.call()
            return 3
        }
        await #expect(throws: MetadataUnavailable.self) {
            try await gate.run(operation, isHurried: true) { server.call() }
        }
        server.release.signal()
        server.release.signal()
        #expect(try await index == 3)
    }

    @Test func refusalsAreAnswers() async throws {
        let gate = CallGate(threads: 1, patience: .seconds(60)) {}
        let refusal = operation.error(.failed(code: 1), "no")
        await #expect(throws: MetadataError.self) { try await gate.run(operation, isHurried: true) { throw refusal } }
        #expect(try await gate.run(operation, isHurried: true) { 1 } == 1)
        let loss = operation.unavailable("gone")
        await #expect(throws: MetadataUnavailable.self) {
            try await gate.run(operation, isHurried: true) { throw loss }
        }
        #expect(try await gate.run(operation, isHurried: true) { 1 } == 1, "the first call after a loss tries")
    }
}
