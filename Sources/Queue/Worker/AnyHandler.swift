import Foundation
import HawserCore

/// A handler of any kind: bytes in, bytes out.
struct AnyHandler: Sendable {
    let name: String
    let retry: RetryPolicy
    let attemptTimeout: Duration
    let run: @Sendable (Data, JobContext) async throws -> String

    init<Handler: JobHandler>(_ handler: Handler) {
        name = Handler.Kind.name
        retry = Handler.Kind.retry
        attemptTimeout = Handler.Kind.attemptTimeout
        run = { data, context in
            let arguments: Handler.Kind.Arguments
            do {
                arguments = try JSON.decode(Handler.Kind.Arguments.self, from: data)
            } catch let error as JSONError {
                throw JobError.permanent("bad_arguments", error.description)
            }
            let output = try await handler.run(arguments, in: context)
            if output is NoOutput { return "" }
            return try JSON(encoding: output).text
        }
    }
}
