import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

@testable import HawserStorage

/// Targets that fail while they are written to.
struct EncoderFaultTests {
    static let readOnly = StorageError.system(operation: "write", path: "x", code: EROFS)

    /// Encodes 2+1 with 64 KiB cells in several groups, `t1` being in trouble.
    func encode(
        _ size: Int = 20_000_000,
        spares: Int = 2,
        _ trouble: (FaultyTarget) -> Void
    ) async throws -> (test: TestTargets, layout: CodedLayout) {
        let test = try TestTargets(3 + spares)
        trouble(test.targets[1])
        let bytes = noise(size)
        let layout = try await test.encode(bytes, 2, 1, cell: ContentEncoder.cell)
        try await test.verify(layout)
        #expect(try await test.read(layout) == bytes)
        return (test, layout)
    }

    @Test func aFailingWriteGoesToASpare() async throws {
        for writes in [0, 1, 2] {
            let (test, layout) = try await encode {
                $0.faults.change {
                    $0.write = .fails(Self.readOnly)
                    $0.writes = writes
                }
            }
            #expect(layout.partitions[0].fragments.map(\.target) == ["t0", "t3", "t2"])
            #expect(try test.stored().count == 3, "nothing is left on the one that failed")
            #expect(test.health.isAvoided("t1"))
        }
    }

    @Test func aFailingBeginGoesToASpare() async throws {
        let (test, layout) = try await encode { $0.faults.change { $0.begin = .fails(Self.readOnly) } }
        #expect(layout.partitions[0].fragments.map(\.target) == ["t0", "t3", "t2"])
        #expect(try test.stored().count == 3)
    }

    @Test func aFailingFinishGoesToASpare() async throws {
        let (_, layout) = try await encode { $0.faults.change { $0.finish = .fails(Self.readOnly) } }
        #expect(layout.partitions[0].fragments.map(\.target) == ["t0", "t3", "t2"])
    }

    @Test(arguments: [0, 5_000, -1]) func whatIsReadBackWrongGoesToASpare(offset: Int64) async throws {
        let (test, layout) = try await encode(2_000_000) { target in
            let shape = try? PartitionShape(k: 2, m: 1, cell: ContentEncoder.cell, length: 2_000_000)
            let last = shape.map { $0.recordOffset($0.stripes - 1) + Int64($0.cellLength($0.stripes - 1)) } ?? 0
            target.faults.change { $0.flipped = offset < 0 ? last : offset }
        }
        #expect(layout.partitions[0].fragments.map(\.target) == ["t0", "t3", "t2"])
        #expect(try test.stored().count == 3)
    }

    /// What hangs does so for as long as the test takes: who waited for it would not come back.
    @Test(.timeLimit(.minutes(10))) func aHangingTargetIsReplaced() async throws {
        let gate = Gate()
        defer { gate.open() }
        for place in 0..<3 {
            let (_, layout) = try await encode { target in
                target.faults.change {
                    switch place {
                    case 0: $0.begin = .hangs(gate)
                    case 1:
                        $0.write = .hangs(gate)
                        $0.writes = 1
                    default: $0.finish = .hangs(gate)
                    }
                }
            }
            #expect(layout.partitions[0].fragments.map(\.target) == ["t0", "t3", "t2"])
        }
    }

    @Test func theSpareMayFailToo() async throws {
        let test = try TestTargets(5)
        test.targets[1].faults.change { $0.write = .fails(Self.readOnly) }
        test.targets[3].faults.change { $0.flipped = 200 }
        let bytes = noise(1_000_000)
        let layout = try await test.encode(bytes, 2, 1)
        #expect(layout.partitions[0].fragments.map(\.target) == ["t0", "t4", "t2"])
        #expect(try await test.read(layout) == bytes)
    }

    @Test func tooFewAreAnErrorThatNamesWhy() async throws {
        let test = try TestTargets(4)
        for number in [1, 2] {
            test.targets[number].faults.change {
                $0.write = .fails(Self.readOnly)
                $0.writes = 1
            }
        }
        do {
            _ = try await test.encode(noise(20_000_000), 2, 1, cell: ContentEncoder.cell)
            Issue.record("it went well")
        } catch StorageError.tooFewTargets(let needed, let available, let reason) {
            #expect(needed == 3)
            #expect(available == 2)
            #expect(reason.contains("target t1") && reason.contains("Read-only"))
        }
        #expect(try test.stored() == [])
    }

    /// A later partition asks a target that failed last of all.
    @Test func laterPartitionsPreferOthers() async throws {
        let test = try TestTargets(5)
        test.targets[1].faults.change { $0.write = .fails(Self.readOnly) }
        var request = try test.request(noise(100_000), 2, 1)
        request.partitionLimit = 25_000
        let layout = try await test.encoder.encode(request) { _ in test.targets }
        #expect(layout.partitions.dropFirst().allSatisfy { $0.fragments.map(\.target) == ["t0", "t2", "t3"] })
    }

    /// A real disk that has no room for all, and one that takes nothing.
    @Test(.enabled(if: Mounted.isPossible, "needs to mount")) func fullAndReadOnlyDisks() async throws {
        let test = try TestTargets(6)
        let full = try Mounted(test.files.file("t1"), options: "size=2m")
        let readOnly = try Mounted(test.files.file("t2"), flags: UInt(MS_RDONLY))
        defer {
            full.unmount()
            readOnly.unmount()
        }
        let bytes = noise(20_000_000)
        let layout = try await test.encode(bytes, 2, 1, cell: ContentEncoder.cell)
        #expect(layout.partitions[0].fragments.map(\.target).contains("t1") == false)
        #expect(layout.partitions[0].fragments.map(\.target).contains("t2") == false)
        #expect(try await test.read(layout) == bytes)
        #expect(try test.stored().count == 3)
        await #expect(throws: StorageError.full(operation: "write")) {
            let sink = try await test.targets[1].begin("abc/one", size: 10_000_000)
            try await sink.write(MemorySlice(noise(10_000_000)))
        }
    }
}

/// A file system in memory, mounted on a directory.
struct Mounted {
    /// Whether this process may mount.
    static let isPossible: Bool = {
        guard let files = try? TestDirectory("mount"), let mounted = try? Mounted(files.path) else { return false }
        mounted.unmount()
        return true
    }()

    let path: String

    init(_ path: String, flags: UInt = 0, options: String = "size=1m") throws {
        guard mount("tmpfs", path, "tmpfs", flags, options) == 0 else { throw StorageError.last("mount", path) }
        self.path = path
    }

    func unmount() { umount2(path, Int32(MNT_DETACH)) }
}
