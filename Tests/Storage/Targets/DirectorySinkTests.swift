import Foundation
import HawserCore
import HawserTestSupport
import Testing

@testable import HawserStorage

struct DirectorySinkTests {
    let files: TestDirectory
    let target: DirectoryTarget

    init() throws {
        files = try TestDirectory("sink")
        target = try DirectoryTarget(id: "d", directory: files.path)
    }

    var names: [String] {
        get throws { try FileManager.default.subpathsOfDirectory(atPath: files.path).filter { $0.contains("/") } }
    }

    @Test func visibleWhenFinished() async throws {
        let bytes = noise(20_000_000)
        let sink = try await target.begin("abc/one", size: 20_000_000)
        try await sink.write(MemorySlice(bytes.prefix(9_000_000)))
        try await sink.write(MemorySlice(bytes.dropFirst(9_000_000)))
        await #expect(throws: StorageError.missing(target: "d", path: "abc/one")) { try await target.open("abc/one") }
        let soon = Timestamp.now.adding(seconds: 60)
        #expect(try await target.names(below: "abc", storedBefore: soon) == ["abc/one.half"])
        try await sink.finish()
        #expect(try names == ["abc/one"])
        #expect(try await target.open("abc/one").read(at: 0, count: 30_000_000) == bytes)
        await #expect(throws: StorageError.notWriting(target: "d", path: "\(files.path)/abc/one")) {
            try await sink.write(MemorySlice([1]))
        }
    }

    @Test func abortedLeavesNothing() async throws {
        let sink = try await target.begin("abc/one", size: 10)
        try await sink.write(MemorySlice([1, 2, 3]))
        await sink.abort()
        #expect(try names == [])
        await #expect(throws: StorageError.self) { try await sink.write(MemorySlice([1])) }
        await #expect(throws: StorageError.self) { try await sink.finish() }
    }

    @Test func anotherLengthThanAnnounced() async throws {
        let sink = try await target.begin("abc/one", size: 10)
        try await sink.write(MemorySlice([1, 2, 3]))
        await #expect(throws: StorageError.self) { try await sink.finish() }
        await sink.abort()
        #expect(try names == [])
    }

    /// A disk that was taken out and replaced by an empty one.
    @Test func directoriesThatAreGoneAreMadeAnew() async throws {
        for _ in 0..<2 {
            let sink = try await target.begin("abc/one", size: 1)
            try await sink.write(MemorySlice([1]))
            try await sink.finish()
            try FileManager.default.removeItem(atPath: files.file("abc"))
        }
    }
}
