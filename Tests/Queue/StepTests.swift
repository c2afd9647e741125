import HawserCore
import HawserQueue
import HawserTestSupport
import Testing

@Suite struct StepTests {
    @Test func aPollHoldsNoSlotAndStepsRunOnce() async throws {
        try await Bench.run { bench in
            let ledger = Ledger()
            try await bench.working(concurrency: 1) { arguments, job in
                if arguments.number == 2 { return "other" }
                let made: String = try await job.step("make") {
                    ledger.note("make")
                    return "made"
                }
                let looks: Int = try await job.poll("ready", every: 0.05...0.1) {
                    ledger.note("look")
                    let looks = ledger.count("look")
                    return looks >= 3 ? looks : nil
                }
                return ["made": .string(made), "looks": .int(Int64(looks))]
            } while: { _ in
                let id = try await bench.submit(1)
                _ = try await bench.reach(id) { $0.state == .waiting }
                #expect(try await bench.end(of: try await bench.submit(2)).state == .succeeded)
                let job = try await bench.end(of: id)
                #expect(job.result == ["made": "made", "looks": 3])
                #expect(ledger.count("make") == 1)
                #expect(job.attempt == 1, "polls are no attempts")
            }
        }
    }

    @Test func aPollMayWaitBeforeItsFirstLook() async throws {
        try await Bench.run { bench in
            let ledger = Ledger()
            try await bench.working { _, job in
                try await job.poll("ready", every: 0.02...0.02, first: 0.3) {
                    ledger.note(Timestamp.now.seconds(since: job.created) >= 0.3 ? "look" : "early")
                    return ledger.count("seen") > 0 ? true : nil
                }
            } while: { _ in
                let id = try await bench.submit()
                _ = try await bench.reach(id) { $0.state == .waiting }
                ledger.note("seen")
                #expect(try await bench.end(of: id).result == true)
                #expect(ledger.count("early") == 0 && ledger.count("look") > 0)
            }
        }
    }

    @Test func aCheckThatCannotLookYetComesBackWhenItSays() async throws {
        try await Bench.run { bench in
            let ledger = Ledger()
            try await bench.working(concurrency: 1) { arguments, job in
                if arguments.number == 2 { return "other" }
                // Its limit is over before it can look: it is looked once all the same.
                return try await job.poll("ready", every: 60...60, atMost: .milliseconds(300)) {
                    ledger.note("look \(arguments.number)")
                    guard ledger.count("look \(arguments.number)") == 3 else { throw LookAgain(after: 0.3) }
                    let isLate = (job.passed(since: "ready") ?? 0) >= 0.6
                    return arguments.number == 1 ? JSON.bool(isLate) : Optional<JSON>.none
                }
            } while: { _ in
                let id = try await bench.submit(1)
                _ = try await bench.reach(id) { $0.state == .waiting }
                #expect(try await bench.end(of: try await bench.submit(2)).state == .succeeded, "no slot is held")
                #expect(try await bench.end(of: id).result == true)
                #expect(ledger.count("look 1") == 3)
                let never = try await bench.end(of: try await bench.submit(3))
                #expect(never.error?.code == "poll_timeout")
                #expect(ledger.count("look 3") == 3)
            }
        }
    }

    @Test func aPollHasItsLimit() async throws {
        try await Bench.run { bench in
            try await bench.working { _, job in
                try await job.poll("never", every: 0.02...0.05, atMost: .milliseconds(200)) { nil as JSON? }
            } while: { _ in
                let job = try await bench.end(of: try await bench.submit())
                #expect(job.state == .failed)
                #expect(job.error?.code == "poll_timeout")
            }
        }
    }

    @Test func undosRunInReverseAfterAPermanentFailure() async throws {
        try await Bench.run { bench in
            let ledger = Ledger()
            try await bench.working { _, job in
                for name in ["a", "b", "c"] {
                    let made: String = try await job.step(
                        name,
                        adopt: { nil },
                        undo: { ledger.note("undo \($0)") },
                        {
                            ledger.note("do \(name)")
                            return name
                        }
                    )
                    ledger.note("has \(made)")
                }
                throw JobError.permanent("wrong", "after all")
            } while: { _ in
                let job = try await bench.end(of: try await bench.submit())
                #expect(job.state == .failed)
                #expect(job.error?.code == "wrong")
                #expect(ledger.all.filter { $0.hasPrefix("undo") } == ["undo c", "undo b", "undo a"])
                #expect(ledger.all.count { $0.hasPrefix("do") } == 3)
            }
        }
    }

    @Test func aStepThatFailedHalfWayIsAdoptedAndUndone() async throws {
        try await Bench.run { bench in
            let ledger = Ledger()
            try await bench.working { _, job in
                let made: String = try await job.step(
                    "make",
                    adopt: { ledger.count("effect") > 0 ? "found" : nil },
                    undo: { ledger.note("undo \($0)") },
                    {
                        ledger.note("effect")
                        throw JobError.permanent("cut", "the answer was lost")
                    }
                )
                return .string(made)
            } while: { _ in
                let job = try await bench.end(of: try await bench.submit())
                #expect(job.state == .failed)
                #expect(ledger.all == ["effect", "undo found"])
            }
        }
    }

    @Test func aCancelledJobIsUndone() async throws {
        try await Bench.run { bench in
            let ledger = Ledger()
            try await bench.working { _, job in
                let _: String = try await job.step(
                    "make",
                    adopt: { nil },
                    undo: { _ in ledger.note("undone") },
                    { "made" }
                )
                return try await job.poll("never", every: 60...60) { nil as JSON? }
            } while: { _ in
                let id = try await bench.submit()
                _ = try await bench.reach(id) { $0.state == .waiting }
                _ = try await bench.queues.cancel(id)
                let job = try await bench.end(of: id)
                #expect(job.state == .cancelled)
                #expect(ledger.all == ["undone"])
            }
        }
    }

    @Test func aStepThatWasRefusedIsNotUnderWay() async throws {
        try await Bench.run { bench in
            let ledger = Ledger()
            try await bench.working { _, job in
                let made: String = try await job.step(
                    "make",
                    adopt: {
                        ledger.note(job.isOpen("make") ? "open" : "over")
                        return nil
                    },
                    {
                        ledger.note("make")
                        var error = JobError.retryable("no", "not now")
                        error.leavesNothing = ledger.count("make") == 1
                        if ledger.count("make") < 3 { throw error }
                        return "made"
                    }
                )
                return .string(made)
            } while: { _ in
                let job = try await bench.end(of: try await bench.submit())
                #expect(job.result == "made")
                #expect(ledger.all == ["make", "over", "make", "open", "make"])
            }
        }
    }

    @Test func whatStaysIsToldOfAJobThatIsGivenUp() async throws {
        try await Bench.run { bench in
            let ledger = Ledger()
            try await bench.working { arguments, job in
                try await job.step("first", lasting: "the first change") { NoOutput() }
                let _: String = try await job.step(
                    "second",
                    adopt: { nil },
                    undo: { throw Kept("the \($0) change") },
                    { "second" }
                )
                try await job.step("third", lasting: "the third change") {
                    ledger.note("third \(arguments.number)")
                    var refusal = JobError.permanent("refused", "it will not do")
                    refusal.leavesNothing = true
                    if arguments.number == 1 { throw refusal }
                    try await Task.sleep(for: .seconds(60))
                    return NoOutput()
                }
                return .null
            } while: { _ in
                let kept = "carried out all the same: the first change; carried out all the same: the second change"
                let failed = try await bench.end(of: try await bench.submit(1))
                #expect(failed.state == .failed)
                #expect(failed.error?.message == "it will not do; \(kept)", "what was refused is not among it")
                let id = try await bench.submit(2)
                while ledger.count("third 2") == 0 { try await Task.sleep(for: .milliseconds(5)) }
                _ = try await bench.queues.cancel(id)
                let cancelled = try await bench.end(of: id)
                #expect(cancelled.state == .cancelled)
                #expect(
                    cancelled.error?.message
                        == "cancelled on request; \(kept); perhaps carried out: the third change"
                )
                #expect(cancelled.error?.details == nil)
            }
        }
    }

    @Test func whatCannotBeUndoneIsNamed() async throws {
        try await Bench.run { bench in
            try await bench.working { _, job in
                let _: String = try await job.step(
                    "make",
                    adopt: { nil },
                    undo: { _ in throw JobError.permanent("stuck", "it will not go") },
                    { "volume-7" }
                )
                throw JobError.permanent("wrong", "after all")
            } while: { _ in
                let job = try await bench.end(of: try await bench.submit())
                #expect(job.error?.code == "wrong")
                let left = job.error?.details?["not_undone"]?[0]
                #expect(left?["step"] == "make")
                #expect(left?["result"] == "volume-7")
            }
        }
    }

    @Test func aFailingUndoIsTriedAgain() async throws {
        try await Bench.run { bench in
            let ledger = Ledger()
            try await bench.working { _, job in
                let _: String = try await job.step(
                    "make",
                    adopt: { nil },
                    undo: { _ in
                        ledger.note("undo")
                        if ledger.count("undo") < 2 { throw JobError.retryable("busy", "not now") }
                    },
                    { "made" }
                )
                throw JobError.permanent("wrong", "after all")
            } while: { _ in
                let job = try await bench.end(of: try await bench.submit())
                #expect(job.error?.code == "wrong")
                #expect(job.error?.details == nil)
                #expect(ledger.count("undo") == 2)
            }
        }
    }

    @Test func whatWillNotPassIsTriedAFewTimes() async throws {
        try await Bench.run { bench in
            let ledger = Ledger()
            try await bench.working { _, job in
                for step in ["first", "second"] {
                    let _: String = try await job.step(
                        step,
                        adopt: { nil },
                        undo: { _ in
                            ledger.note(step)
                            // What may pass does not count among them.
                            if ledger.count(step) == 2 { throw JobError.retryable("busy", "not now") }
                            var refusal = JobError.permanent("refused", "no")
                            refusal.undoTries = 3
                            throw refusal
                        },
                        { "made \(step)" }
                    )
                }
                throw JobError.permanent("wrong", "after all")
            } while: { _ in
                let job = try await bench.end(of: try await bench.submit())
                #expect(job.error?.code == "wrong")
                #expect(ledger.all == ["second", "second", "second", "second", "first"])
                #expect(job.error?.details?["not_undone"]?[0]?["result"] == "made second")
                #expect(job.error?.details?["not_undone"]?[1]?["result"] == "made first")
            }
        }
    }

    @Test func whatIsGivenUpTakesNoTriesFromTheOthers() async throws {
        try await Bench.run { bench in
            let ledger = Ledger()
            try await bench.working { _, job in
                for step in ["first", "second"] {
                    let _: String = try await job.step(
                        step,
                        adopt: { nil },
                        undo: { _ in
                            ledger.note(step)
                            if step == "first", ledger.count(step) == 2 { return }
                            guard step == "second" else { throw JobError.retryable("deleting", "not gone yet") }
                            var refusal = JobError.permanent("refused", "no")
                            refusal.undoTries = 2
                            throw refusal
                        },
                        { "made \(step)" }
                    )
                }
                throw JobError.permanent("wrong", "after all")
            } while: { _ in
                let job = try await bench.end(of: try await bench.submit())
                #expect(ledger.all == ["second", "second", "first", "first"])
                let left = job.error?.details?["not_undone"]
                #expect(left?.array?.count == 1 && left?[0]?["result"] == "made second")
                #expect(left?[0]?["error"] == "refused: no")
            }
        }
    }

    @Test func undosOfACancelledJobAreApart() async throws {
        try await Bench.run { bench in
            let times = Synced<[ContinuousClock.Instant]>([])
            try await bench.working(lease: .milliseconds(600)) { _, job in
                let _: String = try await job.step(
                    "make",
                    adopt: { nil },
                    undo: { _ in
                        times.change { $0.append(.now) }
                        // Past the next heartbeat, which tells of the cancellation again.
                        if times.value.count == 2 { try await Task.sleep(for: .milliseconds(500)) }
                        if times.value.count < 3 { throw JobError.retryable("busy", "not now", after: 0.3) }
                    },
                    { "made" }
                )
                return try await job.poll("never", every: 60...60) { nil as JSON? }
            } while: { _ in
                let id = try await bench.submit()
                _ = try await bench.reach(id) { $0.state == .waiting }
                _ = try await bench.queues.cancel(id)
                #expect(try await bench.end(of: id).state == .cancelled)
            }
            let all = times.value
            #expect(all.count == 3)
            for (one, next) in zip(all, all.dropFirst()) { #expect(next - one >= .milliseconds(300)) }
        }
    }
}
