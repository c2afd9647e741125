import HawserCore
import HawserHTTP
import HawserMetadata
import HawserQueue
import HawserStorage

/// The answer to an error that a route did not expect: one place knows the errors of the rooms below.
enum ErrorAnswer {
    /// The response, as a problem.
    static func response(_ error: any Error, _ request: Request) -> Response {
        switch error {
        case StorageError.full:
            Router.problem(Problem(status: 507, detail: "There is no room for the file."), request)
        case StorageError.badName(let reason):
            Router.problem(
                Problem(status: 400, errors: [.init(field: "filename", message: reason)]),
                request
            )
        case StorageError.unreadable, StorageError.missing, StorageError.damaged, StorageError.unresponsive:
            lost(error, request, lostMessage)
        case StorageError.noMasterKey, StorageError.wrongKey:
            lost(error, request, lockedMessage)
        case let error as MetadataError where error.isConflict:
            // Nothing was done: so many others changed the same that it was given up.
            Router.problem(
                Problem(
                    status: 503,
                    detail: "Too much is stored or removed at the same time. Try again later.",
                    headers: ["Retry-After": "1"]
                ),
                request
            )
        case QueueError.batchTooLarge:
            Router.problem(Problem(status: 413, detail: "\(error)"), request)
        default: Router.problem(error, request)
        }
    }

    /// Bytes that are not to be had, at least now; which targets are to blame is the operator's business.
    private static func lost(_ error: any Error, _ request: Request, _ message: String) -> Response {
        Log("http").error("bytes cannot be read", ["request_id": request.id, "error": "\(error)"])
        return Router.problem(Problem(status: 500, detail: message), request)
    }

    /// What is said of an error of the store that is nothing the client could do better.
    static func message(_ error: StorageError) -> String {
        switch error {
        case .noMasterKey, .wrongKey: lockedMessage
        default: lostMessage
        }
    }

    private static let lostMessage = "The file's bytes cannot be read."
    private static let lockedMessage = "The file cannot be decrypted with the server's key."
}
