import Foundation
import HawserCore
import HawserTestSupport

/// The built program, as it is shipped.
enum Program {
    /// `HAWSER_BINARY`, else what `ops/build` makes.
    static var path: String {
        get throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let path =
                ProcessInfo.processInfo.environment["HAWSER_BINARY"].flatMap { $0.isEmpty ? nil : $0 }
                ?? root.appending(path: ".build/release/hawser").path()
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw MissingProgram(path: path)
            }
            return path
        }
    }

    /// The program to drive is not there.
    struct MissingProgram: Error, CustomStringConvertible {
        let path: String
        var description: String { "\(path) is no program: run ops/build, or name one in HAWSER_BINARY" }
    }
}
