import HawserCore
import Testing

@Suite("patience")
struct PatienceTests {
    @Test("what is soon done is waited for") func inTime() async {
        #expect(await Patience.wait(.seconds(60)) { 7 } == 7)
    }

    @Test("what takes longer is done all the same") func late() async throws {
        let (gate, done) = (Waiter<Void>(), Waiter<Int>())
        let found = await Patience.wait(.milliseconds(1)) {
            try? await gate.value()
            done.resume(with: .success(7))
            return 7
        }
        #expect(found == nil)
        #expect(!done.isDone)
        gate.resume(with: .success(()))
        #expect(try await done.value() == 7)
    }

    @Test("who is cancelled waits all the same, and the work is not cancelled") func cancelled() async {
        let (began, gate) = (Waiter<Void>(), Waiter<Void>())
        let waiting = Task {
            await Patience.wait(.seconds(60)) {
                began.resume(with: .success(()))
                try? await gate.value()
                return !Task.isCancelled
            }
        }
        try? await began.value()
        waiting.cancel()
        gate.resume(with: .success(()))
        #expect(await waiting.value == true)
    }
}
