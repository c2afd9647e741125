import Synchronization
import Testing

@testable import HawserCloud

@Suite(.timeLimit(.minutes(1))) struct RememberedTests {
    private struct Broken: Error {}

    @Test func manyReadOnce() async throws {
        let reads = Atomic<Int>(0)
        let remembered = Remembered<String>(for: .seconds(60)) { id in
            reads.wrappingAdd(1, ordering: .relaxed)
            // So that others ask while it is read.
            try await Task.sleep(for: .milliseconds(5))
            return "thing \(id)"
        }
        try await withThrowingTaskGroup(of: String.self) { group in
            for index in 0..<300 { group.addTask { try await remembered.value("\(index % 3)") } }
            for try await text in group { #expect(["thing 0", "thing 1", "thing 2"].contains(text)) }
        }
        #expect(reads.load(ordering: .relaxed) == 3)
        remembered.forget("0")
        #expect(try await remembered.value("0") == "thing 0")
        #expect(reads.load(ordering: .relaxed) == 4)
    }

    @Test func aFailureIsNotRemembered() async throws {
        let isBroken = Atomic(true)
        let remembered = Remembered<Int>(for: .seconds(60)) { _ in
            if isBroken.load(ordering: .relaxed) { throw Broken() }
            return 1
        }
        await #expect(throws: Broken.self) { try await remembered.value("a") }
        isBroken.store(false, ordering: .relaxed)
        #expect(try await remembered.value("a") == 1)
    }

    @Test func whatIsOldIsReadAnewAndTheOldestAreForgotten() async throws {
        let reads = Atomic<Int>(0)
        let remembered = Remembered<Int>(for: .zero, bound: 2) { _ in
            reads.wrappingAdd(1, ordering: .relaxed).newValue
        }
        for index in 1...4 { #expect(try await remembered.value("\(index)") == index) }
        #expect(try await remembered.value("4") == 5)
    }
}
