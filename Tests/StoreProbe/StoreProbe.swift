import Foundation
import HawserCore
import HawserMetadata
import HawserStorage

/// Makes one content durable as a worker does, and kills itself on the way, as a power cut would.
///
/// `store-probe MONGO-URL DIRECTORY CONTENT PARTITION-LIMIT KILL-AT`: the database and directories of a test's store; with
/// KILL-AT as a number of encoded bytes it ends by SIGKILL once so many are done, at the end of everything at the latest.
@main
struct StoreProbe {
    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 6, let limit = Int64(words[4]), let end = Int64(words[5]) else {
            print("store-probe MONGO-URL DIRECTORY CONTENT PARTITION-LIMIT KILL-AT")
            exit(2)
        }
        let database = try MongoDatabase(url: Secret(words[1]))
        let contents = ContentStore(
            StoredContentCollection(database),
            area: try DirectoryTarget(id: "staged", directory: "\(words[2])/staged"),
            targets: TargetSet(TargetCollection(database)) {
                try await TargetFactory(data: "/", masterKey: nil).make($0)
            },
            errands: NoErrands(),
            partitionLimit: limit
        )
        let made = try await contents.encode(words[3]) { done, _ in
            if done >= end { kill(getpid(), SIGKILL) }
        }
        print(made?.state.rawValue ?? "gone")
    }
}

/// Nothing is submitted: the content has its job, which is this program.
private struct NoErrands: ContentErrands {
    func newJob() -> String { UUIDv7.make() }
    func submit(_ content: StoredContent, isRepeat: Bool) async throws {}
    func isOver(_ job: String) async throws -> Bool { false }
}
