import Foundation
import HawserCloud
import HawserCore
import HawserHTTP
import HawserTestSupport
import Testing

/// A running `hawser dev` with a real cloud, named by `HAWSER_TEST_CLOUDS`: the path of a `clouds.yaml`.
///
/// Its entry `admin` must have the rights to make domains, as that of `ops/testbed/openstack` does.
enum CloudDev {
    static let variable = TestServerFile.cloud.variable
    static let reason = Comment(rawValue: TestServerFile.cloud.reason)
    private static let path = TestServerFile.cloud.path

    /// Whether there is a cloud.
    static var isThere: Bool { TestServerFile.cloud.isThere }

    /// What all tests share; each has a tenant of its own.
    static let shared = Task { try await Dev(settings: try settings()) }
    private static func settings() throws -> [String: String] {
        ["HAWSER_CLOUDS": try #require(path), "HAWSER_CLOUD": "admin"]
    }

    /// The path of the cloud's `clouds.yaml`.
    static func file() throws -> String { try #require(path) }

    /// The operator's session, for what a test looks at and cleans up.
    static let admin = Task {
        CloudSession(try CloudsFile(path: try #require(path)).cloud("admin"), client: Client.http)
    }

    /// Where `ops/testbed/openstack` looks for faults.
    static func faultFile(_ point: String) throws -> String { try beside("faults/\(point)") }

    /// The path of something beside the cloud's `clouds.yaml`.
    static func beside(_ name: String) throws -> String {
        "\(URL(filePath: try #require(path)).deletingLastPathComponent().path())\(name)"
    }

    /// Has the testbed delay or fail what matches at a point, while a test does something.
    ///
    /// - Parameters:
    ///   - point: the point: `volume.create`.
    ///   - match: part of the name or id; a test's own.
    ///   - delay: seconds.
    ///   - fail: the error's message; nil: none.
    ///   - times: after so many hits it is over.
    ///   - body: what is done meanwhile.
    /// - Returns: what the body answers.
    /// - Throws: what the body throws.
    static func with<Value>(
        fault point: String,
        match: String,
        delay: Double = 0,
        fail: String? = nil,
        times: Int? = nil,
        _ body: () async throws -> Value
    ) async throws -> Value {
        let file = try faultFile(point)
        var fault: [String: JSON] = ["match": .string(match)]
        if delay > 0 { fault["delay"] = .double(delay) }
        if let fail { fault["fail"] = .string(fail) }
        if let times { fault["times"] = .int(Int64(times)) }
        let draft = "\(file).\(UUIDv7.make())"
        try JSON.object(fault).data.write(to: URL(filePath: draft))
        // One file per point: others may be using it now. One that stays is of a test that was killed.
        let limit = ContinuousClock.now + .seconds(60)
        while link(draft, file) != 0, ContinuousClock.now < limit { try await Task.sleep(for: .milliseconds(50)) }
        // What is linked already is only named by this.
        guard rename(draft, file) == 0 else { throw CocoaError(.fileWriteUnknown) }
        unlink(draft)
        defer { unlink(file) }
        return try await body()
    }
}
