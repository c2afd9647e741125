import Foundation
import PackagePlugin

/// Lists the types of a room's folder of kinds or handlers, so that a new kind is a new file and nothing else.
///
/// A file in `Kinds/` or `Handlers/` is named after the type it holds (the project's rule for every file), so the
/// names of the files are the list. `Sources/Jobs/Kinds/X.swift` becomes `X.self` in `everyKind`;
/// `Sources/Workers/Handlers/Y.swift` becomes `Y.self` in `everyHandler`. Files named `A+b.swift` are extensions
/// and not listed.
@main
struct TypeList: BuildToolPlugin {
    private struct List {
        let folder: String
        let name: String
        let element: String
    }

    private static let lists = [
        List(folder: "Kinds", name: "everyKind", element: "any JobKind.Type"),
        List(folder: "Handlers", name: "everyHandler", element: "any ServiceHandler.Type"),
    ]

    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        guard let module = target as? SourceModuleTarget else { return [] }
        let files = module.sourceFiles(withSuffix: "swift").map(\.url)
        return Self.lists.compactMap { list in
            let members = files.filter { $0.deletingLastPathComponent().lastPathComponent == list.folder }
            let types = members.map { $0.deletingPathExtension().lastPathComponent }.filter { !$0.contains("+") }
                .sorted()
            guard !types.isEmpty else { return nil }
            let output = context.pluginWorkDirectoryURL.appending(path: "\(list.name).swift")
            let body = types.map { "    \($0).self," }.joined(separator: "\n")
            let text = "import HawserQueue\n\nlet \(list.name): [\(list.element)] = [\n\(body)\n]\n"
            return .buildCommand(
                displayName: "List \(list.folder)",
                executable: URL(filePath: "/bin/sh"),
                arguments: ["-c", "printf '%s' \"$1\" > \"$2\"", "sh", text, output.path()],
                inputFiles: members,
                outputFiles: [output]
            )
        }
    }
}
