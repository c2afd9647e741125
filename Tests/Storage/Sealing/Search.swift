import Foundation
import HawserMetadata

/// Looks for a text in all files of a directory and all documents of a database.
struct Search {
    private let directory: String
    private let database: MongoDatabase

    init(_ directory: String, _ database: MongoDatabase) {
        self.directory = directory
        self.database = database
    }

    /// The files and collections that have it.
    func places(of text: String) async throws -> [String] {
        var places: [String] = []
        let wanted = Data(text.utf8)
        for name in try FileManager.default.subpathsOfDirectory(atPath: directory) {
            var isDirectory: ObjCBool = false
            let path = "\(directory)/\(name)"
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue else {
                continue
            }
            if try Data(contentsOf: URL(filePath: path)).range(of: wanted) != nil { places.append(name) }
        }
        let listed = try await database.command(["listCollections": 1, "nameOnly": true])
        let collections = (listed["cursor"]?.document?["firstBatch"]?.array ?? []).compactMap {
            $0.document?["name"]?.string
        }
        for name in collections {
            for document in try await database.collection(name).find([:])
            where Self.has(.document(document), wanted) {
                places.append("\(name) \(document["_id"].map { "\($0)" } ?? "")")
            }
        }
        return places
    }

    private static func has(_ value: BSON, _ wanted: Data) -> Bool {
        switch value {
        case .string(let text): Data(text.utf8).range(of: wanted) != nil
        case .binary(let bytes): Data(bytes).range(of: wanted) != nil
        case .array(let values): values.contains { has($0, wanted) }
        case .document(let document): document.fields.contains { has($0.value, wanted) }
        default: false
        }
    }
}
