import Foundation

/// The file by which tests reach a real server that they do not start themselves; without it, or with `off` in its place,
/// the tests that need the server are skipped.
public final class TestServerFile: Sendable {
    /// The `clouds.yaml` of an OpenStack.
    public static let cloud = TestServerFile("HAWSER_TEST_CLOUDS", "the clouds.yaml of a real cloud")
    /// The variables of a Ceph, as `ops/testbed/ceph/up` writes them.
    public static let ceph = TestServerFile("HAWSER_TEST_CEPH", "the environment of a real Ceph")

    /// The variable that names the file.
    public let variable: String
    /// The path of the file; nil: there is no server.
    public let path: String?
    /// Why a test is skipped.
    public let reason: String

    private init(_ variable: String, _ what: String) {
        self.variable = variable
        path = ProcessInfo.processInfo.environment[variable].flatMap { ["", "off"].contains($0) ? nil : $0 }
        reason = "\(variable) is not set: it names \(what)"
        // Said aloud: a skipped test is quickly overlooked.
        guard path == nil else { return }
        FileHandle.standardError.write(Data("\n*** \(reason); the tests that need it are SKIPPED ***\n\n".utf8))
    }

    /// Whether there is a server.
    public var isThere: Bool { path != nil }
}
