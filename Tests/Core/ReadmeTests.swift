import Foundation
import HawserCore
import Testing

@Suite("README")
struct ReadmeTests {
    @Test("its table of settings is that of the program")
    func settings() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "README.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let rows = text.split(separator: "\n").drop { $0 != "| variable | flag | default | what |" }
            .prefix { $0.hasPrefix("|") }
        #expect(rows.joined(separator: "\n") == Setting.markdown, "replace it by what `hawser --help-config` prints")
    }

    @Test("every setting has a flag of its own, and help that fits on a line")
    func rows() {
        #expect(Set(Setting.all.map(\.name)).count == Setting.all.count)
        for setting in Setting.all {
            #expect(setting.name.hasPrefix(Setting.prefix))
            #expect(!setting.help.isEmpty && setting.help.count <= 100 && !setting.help.contains("|"))
        }
    }
}
