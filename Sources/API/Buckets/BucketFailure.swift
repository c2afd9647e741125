import HawserBuckets
import HawserCore
import HawserHTTP

/// An error of the bucket API: `{"Message": …}`, as the framework of seed 002's original shows errors.
struct BucketFailure: Error {
    let status: Int
    let message: String
    var headers: Headers = [:]

    /// The response for whatever a route of the dialect throws.
    static func response(_ error: any Error, _ request: Request) -> Response {
        let failure: BucketFailure
        switch error {
        case let known as BucketFailure: failure = known
        case BucketError.numberTaken, BucketError.closed, BucketError.uploadGivenUp:
            failure = BucketFailure(status: 409, message: "\(error)")
        default:
            let plain = PlainFailure(error, request)
            failure = BucketFailure(status: plain.status, message: plain.message, headers: plain.headers)
        }
        return Response.json(
            failure.status,
            ["Message": .string(failure.message), "RequestId": .string(request.id)],
            headers: failure.headers
        ).askedAgain
    }
}
