import Foundation
import HawserCore
import HawserTestSupport
import Testing

@testable import HawserStorage

struct DirectoryTargetTests {
    let pool = BlockingPool(name: "test", threads: 2)

    func stage(_ bytes: [UInt8], in directory: String) async throws -> StagedFile {
        let staged = try await Staging(directory: directory, pool: pool).begin()
        try await staged.write(bytes)
        try await staged.finish()
        return staged
    }

    @Test func storeOpenRemove() async throws {
        let files = try TestDirectory("target")
        let target = try DirectoryTarget(id: "d", directory: files.file("deep/d"))
        let bytes = noise(100_000)
        let staged = try await stage(bytes, in: files.file("staging"))
        try await target.store(staged, as: "abc/one")
        #expect(try FileManager.default.contentsOfDirectory(atPath: files.file("staging")) == [])
        await #expect(throws: StorageError.notStaged) { try await target.store(staged, as: "abc/two") }
        let file = try await target.open("abc/one")
        #expect(file.size == 100_000)
        #expect(try await file.read(at: 99_990, count: 100) == Array(bytes.suffix(10)))
        #expect(try await file.read(at: 100_000, count: 1) == [])
        let now = Timestamp.now
        #expect(try await target.names(below: "abc", storedBefore: now.adding(seconds: 60)) == ["abc/one"])
        #expect(try await target.names(below: "abc", storedBefore: now.adding(seconds: -60)) == [])
        #expect(try await target.names(below: "abd", storedBefore: now.adding(seconds: 60)) == [])
        #expect(try #require(try await target.freeSpace()) > 0)
        try await target.remove("abc/one")
        try await target.remove("abc/one")
        #expect(try await file.read(at: 0, count: 3) == Array(bytes.prefix(3)), "who has it open reads on")
        await #expect(throws: StorageError.missing(target: "d", path: "abc/one")) { try await target.open("abc/one") }
    }

    @Test func aDirectoryThatWasTakenAwayHasRoom() async throws {
        let files = try TestDirectory("target")
        let target = try DirectoryTarget(id: "d", directory: files.file("d"))
        try FileManager.default.removeItem(atPath: files.file("d"))
        #expect(try await target.freeSpace() ?? 0 > 0)
    }

    /// Only where there is a second file system to stage on.
    @Test func storeAcrossFileSystems() async throws {
        let files = try TestDirectory("target")
        let target = try DirectoryTarget(id: "d", directory: files.path)
        let other = "/dev/shm/hawser-test-\(Crypto.randomBytes(8).hex)"
        var (here, there) = (stat(), stat())
        guard stat(files.path, &here) == 0, stat("/dev/shm", &there) == 0, here.st_dev != there.st_dev else { return }
        let bytes = noise(3_000_000)
        try await target.store(try await stage(bytes, in: other), as: "abc/one")
        #expect(try await target.open("abc/one").read(at: 0, count: 4_000_000) == bytes)
        #expect(try FileManager.default.contentsOfDirectory(atPath: other) == [])
        try FileManager.default.removeItem(atPath: other)
    }

    @Test func prefixesAreAllTwoDigits() {
        #expect(DirectoryTarget.prefixes.count == 256)
        #expect(Set(DirectoryTarget.prefixes).count == 256)
        #expect(DirectoryTarget.prefixes.allSatisfy { $0.count == 2 })
    }
}
