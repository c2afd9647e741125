import HawserCore
import Testing

@testable import HawserCloud
@testable import HawserHTTP

/// Answers as the services of Zed send them.
@Suite struct CloudErrorTests {
    private func error(_ status: Int, _ body: String, headers: Headers = [:], method: String = "POST") -> CloudError {
        let answer = ClientResponse(status: status, headers: headers, body: Array(body.utf8))
        return CloudError(CloudOperation(method: method, service: .compute, path: "/x"), answer: answer, body: body)
    }

    @Test(
        arguments: [
            (
                404, #"{"itemNotFound": {"code": 404, "message": "Instance x could not be found."}}"#, .notFound,
                "Instance x could not be found.", "itemNotFound"
            ),
            (
                404, #"{"error": {"code": 404, "message": "Could not find domain: x.", "title": "Not Found"}}"#,
                .notFound, "Could not find domain: x.", "Not Found"
            ),
            (
                409,
                #"{"NeutronError": {"type": "SecurityGroupInUse", "message": "Security Group x in use.", "detail": ""}}"#,
                .conflict, "Security Group x in use.", "SecurityGroupInUse"
            ),
            (
                409,
                #"{"NeutronError": {"type": "OverQuota", "message": "Quota exceeded for resources: ['network'].", "detail": ""}}"#,
                .quotaExceeded, "Quota exceeded for resources: ['network'].", "OverQuota"
            ),
            (
                404,
                "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  No image found with ID &quot;x&quot;<br /><br />\n\n\n\n </body>\n</html>",
                .notFound, "No image found with ID \"x\"", nil
            ),
            (
                403,
                #"{"forbidden": {"code": 403, "message": "Quota exceeded for instances: Requested 1, but already used 10 of 10 instances"}}"#,
                .quotaExceeded, "Quota exceeded for instances: Requested 1, but already used 10 of 10 instances",
                "forbidden"
            ),
            (
                403, #"{"forbidden": {"code": 403, "message": "Policy doesn't allow x to be performed."}}"#, .forbidden,
                "Policy doesn't allow x to be performed.", "forbidden"
            ),
            (
                409,
                #"{"conflictingRequest": {"code": 409, "message": "Cannot 'stop' instance x while it is in vm_state stopped"}}"#,
                .conflict, "Cannot 'stop' instance x while it is in vm_state stopped", "conflictingRequest"
            ),
            (
                409,
                #"{"conflictingRequest": {"code": 409, "message": "Cannot 'stop' instance x while it is in task_state powering-off"}}"#,
                .busy, "Cannot 'stop' instance x while it is in task_state powering-off", "conflictingRequest"
            ),
            (
                409,
                #"{"conflictingRequest": {"code": 409, "message": "Cannot 'stop' instance x while it is in vm_state building"}}"#,
                .busy, "Cannot 'stop' instance x while it is in vm_state building", "conflictingRequest"
            ),
            (
                400,
                #"{"badRequest": {"code": 400, "message": "Invalid volume: Volume x status must be '{'status': 'in-use'}' to extend, currently extending."}}"#,
                .busy, "Invalid volume: Volume x status must be '{'status': 'in-use'}' to extend, currently extending.",
                "badRequest"
            ),
            (
                400,
                #"{"badRequest": {"code": 400, "message": "Invalid volume: Volume x status must be available or downloading to reserve, but the current status is in-use."}}"#,
                .conflict,
                "Invalid volume: Volume x status must be available or downloading to reserve, but the current status is in-use.",
                "badRequest"
            ),
            (
                400, #"{"badRequest": {"code": 400, "message": "Invalid input for field/attribute name."}}"#,
                .badRequest, "Invalid input for field/attribute name.", "badRequest"
            ),
            (
                403, #"{"forbidden": {"code": 403, "message": "Invalid share: %(reason)s."}}"#, .conflict,
                "Invalid share: %(reason)s.", "forbidden"
            ),
            (
                406, #"{"computeFault": {"code": 406, "message": "Version 2.999 is not supported by the API."}}"#,
                .unsupported, "Version 2.999 is not supported by the API.", "computeFault"
            ),
            (
                500, #"{"computeFault": {"code": 500, "message": "Unexpected API Error."}}"#, .fault,
                "Unexpected API Error.", "computeFault"
            ),
            (
                502, "<html><body><h1>502 Bad Gateway</h1></body></html>", .unavailable(retryAfter: nil),
                "status 502 without a message", nil
            ),
            (503, "", .unavailable(retryAfter: nil), "status 503 without a message", nil),
            (300, #"{"choices": []}"#, .malformed, "status 300 without a message", "choices"),
            (
                401,
                #"{"error": {"code": 401, "title": "Unauthorized", "message": "The request you have made requires authentication."}}"#,
                .unauthorized, "The request you have made requires authentication.", "Unauthorized"
            ),
            (
                400, #"{"message": "The server could not comply.", "code": "400 Bad Request", "title": "Bad Request"}"#,
                .badRequest, "The server could not comply.", "Bad Request"
            ),
            (
                400, #"{"errors": [{"status": 400, "title": "Bad Request", "detail": "Invalid uuid"}]}"#, .badRequest,
                "Invalid uuid", nil
            ),
        ] as [(Int, String, CloudError.Kind, String, String?)]
    )
    func everyServiceIsUnderstood(status: Int, body: String, kind: CloudError.Kind, message: String, type: String?) {
        let error = error(status, body)
        #expect(error.kind == kind && error.message == message && error.body == body && error.status == status)
        if status != 300 { #expect(error.type == type) }
    }

    @Test func quotasAndRateLimitsAreToldApart() {
        let quota =
            #"{"overLimit": {"code": 413, "message": "VolumeLimitExceeded: Maximum number of volumes allowed (0) exceeded for quota 'volumes'.", "retryAfter": "0"}}"#
        #expect(error(413, quota, headers: ["Retry-After": "0"]).kind == .quotaExceeded)
        #expect(!error(413, quota).isTransient)
        let rate = #"{"overLimit": {"code": 413, "message": "This request was rate-limited.", "retryAfter": "7"}}"#
        let limited = error(413, rate, headers: ["Retry-After": "7"])
        #expect(limited.kind == .tooManyRequests(retryAfter: .seconds(7)) && limited.retryAfter == .seconds(7))
        #expect(limited.isTransient)
        #expect(error(429, "", headers: ["Retry-After": "3"]).retryAfter == .seconds(3))
        #expect(error(429, "").kind == .tooManyRequests(retryAfter: nil))
        #expect(error(503, "", headers: ["Retry-After": "2"]).retryAfter == .seconds(2))
    }

    @Test func retryAfterMayBeADate() {
        #expect(CloudError.duration("Fri, 21 Nov 2025 07:00:00 GMT") == .zero)
        #expect(CloudError.duration("Sat, 21 Nov 2099 07:00:00 GMT").map { $0 > .seconds(3600) } == true)
        #expect(CloudError.duration("soon") == nil && CloudError.duration("-1") == nil)
    }

    @Test func whatMayHaveBeenDoneIsTold() {
        #expect(error(500, "").mayHaveReached && error(504, "").mayHaveReached)
        #expect(!error(503, "").mayHaveReached && !error(409, "").mayHaveReached)
        #expect(!error(500, "", method: "GET").mayHaveReached)
    }
}
