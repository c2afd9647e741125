import Foundation
import HawserCore
import HawserTestSupport
import Testing

@testable import HawserStorage

struct StagingTests {
    func make() throws -> (TestDirectory, Staging) {
        let directory = try TestDirectory("staging")
        return (directory, try Staging(directory: directory.path, pool: BlockingPool(name: "test", threads: 3)))
    }

    func names(_ directory: TestDirectory) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path)
    }

    @Test(arguments: [0, 1, 1 << 20 - 1, 1 << 20, 1 << 20 + 1, 5_000_001], [777, 65_536, 3 << 20])
    func whatIsWrittenIsHashedAndThere(_ size: Int, _ piece: Int) async throws {
        let (directory, staging) = try make()
        let bytes = noise(size)
        let staged = try await staging.begin(alsoSHA1: true, smallLimit: -1)
        var rest = bytes[...]
        while !rest.isEmpty {
            try await staged.write(Array(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        let content = try await staged.finish()
        #expect(content.size == Int64(size))
        #expect(content.md5 == Digest.md5(bytes).hex)
        #expect(content.sha1 == Digest.sha1(bytes).hex)
        #expect(content.sha256 == Digest.sha256(bytes).hex)
        #expect(try await staged.finish() == content)
        let name = try #require(try names(directory).first)
        #expect(try Data(contentsOf: URL(filePath: directory.file(name))) == Data(bytes))
        await #expect(throws: StorageError.notStaged) { try await staged.write([1]) }
    }

    @Test func withoutSHA1() async throws {
        let (directory, staging) = try make()
        let staged = try await staging.begin()
        #expect(try await staged.finish().sha1 == nil)
        #expect(try names(directory).count == 1)
    }

    @Test func discardedIsGone() async throws {
        let (directory, staging) = try make()
        let staged = try await staging.begin()
        for _ in 0..<5 { try await staged.write(noise(1 << 20)) }
        try await staged.discard()
        try await staged.discard()
        #expect(try names(directory) == [])
        await #expect(throws: StorageError.notStaged) { try await staged.write([1]) }
        await #expect(throws: StorageError.notStaged) { try await staged.finish() }
    }

    @Test func droppedIsGone() async throws {
        let (directory, staging) = try make()
        do {
            let staged = try await staging.begin()
            try await staged.write([1])
            #expect(try names(directory).count == 1)
        }
        while try !names(directory).isEmpty { await Task.yield() }
    }

    /// Another `Staging` on the same directory is what another process would be: locks belong to the open file.
    @Test func onlyFilesOfTheDeadAreLeftovers() async throws {
        let (directory, staging) = try make()
        let alive = try await staging.begin()
        try await alive.write(noise(10))
        for name in ["dead1.part", "dead2.part", "other.txt"] {
            try Data([1]).write(to: URL(filePath: directory.file(name)))
        }
        let other = try Staging(directory: directory.path, pool: BlockingPool(name: "test", threads: 1))
        #expect(try await other.removeLeftovers() == 2)
        #expect(try names(directory).count == 2)
        #expect(try await other.removeLeftovers() == 0)
        #expect(try await alive.finish().size == 10)
    }

    /// A real process that dies by SIGKILL while it holds the lock.
    @Test func aKilledProcessLeavesALeftover() async throws {
        let (directory, staging) = try make()
        let path = directory.file("killed.part")
        let process = try await ServerProcess.start(
            ["flock", "--no-fork", "-x", path, "sh", "-c", "echo locked; exec sleep 1000"],
            markers: ["locked"]
        )
        try await process.wait(for: "locked")
        #expect(try await staging.removeLeftovers() == 0)
        process.signal(SIGKILL)
        await process.waitForExit()
        #expect(try await staging.removeLeftovers() == 1)
        #expect(try names(directory) == [])
    }

    @Test func aFullDiskIsTypedAndLeavesNothing() async throws {
        let directory = try TestDirectory("full")
        // Writing to /dev/full fails as on a full disk; through a link, so that removing removes the link.
        let path = directory.file("x.part")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
        let pool = BlockingPool(name: "test", threads: 2)
        let large = StagedFile(try OpenFile(path, O_RDWR), pool: pool, alsoSHA1: false)
        await #expect(throws: StorageError.full(operation: "write")) {
            for _ in 0..<3 { try await large.write(noise(1 << 20)) }
        }
        try await large.discard()
        #expect(try names(directory) == [])
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
        let small = StagedFile(try OpenFile(path, O_RDWR), pool: pool, alsoSHA1: false)
        try await small.write([1])
        await #expect(throws: StorageError.full(operation: "write")) { try await small.finish() }
        try await small.discard()
        #expect(try names(directory) == [])
    }

    @Test func manyAtOnce() async throws {
        let (directory, staging) = try make()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    let bytes = noise(100_000)
                    let staged = try await staging.begin()
                    for start in stride(from: 0, to: bytes.count, by: 10_000) {
                        try await staged.write(Array(bytes[start..<(start + 10_000)]))
                    }
                    #expect(try await staged.finish().sha256 == Digest.sha256(bytes).hex)
                    try await staged.discard()
                }
            }
            try await group.waitForAll()
        }
        #expect(try names(directory) == [])
    }
}
