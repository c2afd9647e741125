import HawserCloud
import HawserCore
import HawserJobs
import HawserQueue

extension JobError {
    /// A failure for good with a code of seed 004.
    ///
    /// - Parameters:
    ///   - name: a short name for programs.
    ///   - message: a sentence for clients, without the cloud's own words.
    ///   - code: the seed's code.
    ///   - status: the HTTP status of its class.
    /// - Returns: the error.
    static func cloud(_ name: String, _ message: String, _ code: IaaSCode, status: Int) -> JobError {
        .permanent(name, message, details: try? JSON(encoding: IaaSFailureDetails(code: code, status: status)))
    }

    /// The error with more for operators.
    func telling(_ details: JSON) -> JobError {
        var error = self
        error.operatorDetails = details
        return error
    }

    /// What a cloud's error means for a job: whether to try again, the seed's code, a clean sentence for the client,
    /// and the cloud's own words and request id for operators.
    init(_ error: CloudError, code: IaaSCode) {
        let told = error.told
        let details = try? JSON(encoding: IaaSFailureDetails(code: code, status: told.status))
        if error.isTransient {
            let wait = error.retryAfter.map { Double($0.components.seconds) }
            self = .retryable(told.name, told.message, after: wait, details: details, operatorDetails: error.said)
        } else {
            self = .permanent(told.name, told.message, details: details, operatorDetails: error.said)
        }
        // A token made in the second of a revocation is refused with it, and the next one is taken; an account that is
        // refused for longer stays so.
        if error.kind == .unauthorized { undoTries = 5 }
        leavesNothing = !error.mayHaveReached
    }
}
