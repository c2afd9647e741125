import Foundation

/// The `clouds.yaml` of a real cloud that tests may use, named by `HAWSER_TEST_CLOUDS`; without one, or with `off`, the
/// tests that need it are skipped.
public enum TestCloudFile {
    /// The variable.
    public static let variable = "HAWSER_TEST_CLOUDS"
    /// Why a test is skipped.
    public static let reason = "\(variable) is not set: it names the clouds.yaml of a real cloud"
    /// The path of the file; nil: there is no cloud.
    public static let path = ProcessInfo.processInfo.environment[variable].flatMap {
        ["", "off"].contains($0) ? nil : $0
    }

    /// Whether there is a cloud; said aloud once when there is none, since a skipped test is quickly overlooked.
    public static let isThere: Bool = {
        if path != nil { return true }
        let text = "\n*** \(variable) is not set: the tests against a real cloud are SKIPPED ***\n\n"
        FileHandle.standardError.write(Data(text.utf8))
        return false
    }()
}
