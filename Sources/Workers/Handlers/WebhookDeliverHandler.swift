import Foundation
import HawserCore
import HawserHTTP
public import HawserJobs
public import HawserQueue

/// Delivers webhooks.
///
/// One call per attempt, signed anew with the time of the attempt; `webhook-id` is the job's id, the same for all
/// attempts, so that receivers can drop repetitions.
public struct WebhookDeliverHandler: ServiceHandler {
    /// `webhook.deliver`.
    public typealias Kind = WebhookDeliver

    /// The longest wait a receiver can ask for, in seconds.
    private static let longestWait = 86_400.0
    private let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    /// Makes the call and judges the answer.
    public func run(_ arguments: WebhookDeliver.Arguments, in job: JobContext) async throws -> WebhookDeliver.Output {
        let response: ClientResponse
        do {
            response = try await services.http.send(try request(arguments, job))
        } catch let error as HTTPClientError {
            switch error.kind {
            case .refusedAddress:
                throw JobError.permanent("refused_address", "the receiver's address may not be called: \(error)")
            case .tooLarge:
                throw JobError.permanent("answer_too_large", "the answer is longer than is taken: \(error)")
            default:
                let code = "\(error.kind)"
                guard error.isRetryable else { throw JobError.permanent(code, "\(error)") }
                throw JobError.retryable(code, "\(error)")
            }
        }
        let output = WebhookDeliver.Output(
            status: response.status,
            location: response.headers["location"],
            contentType: response.headers["content-type"],
            body: body(of: response)
        )
        switch verdict(response.status, acceptsAnyAnswer: arguments.acceptsAnyAnswer ?? false) {
        case .delivered: return output
        case .refused: throw refusal(output, retryable: false, response)
        case .busy: throw refusal(output, retryable: true, response)
        }
    }

    private enum Verdict {
        case delivered
        case refused
        case busy
    }

    private func verdict(_ status: Int, acceptsAnyAnswer: Bool) -> Verdict {
        switch status {
        case 200...299: .delivered
        // Who relays the answer takes any but those that a gateway gives for a receiver that is not there.
        case 429, 502, 503, 504: .busy
        case _ where acceptsAnyAnswer: .delivered
        case 408, 425, 500...599: .busy
        default: .refused
        }
    }

    private func refusal(_ output: WebhookDeliver.Output, retryable: Bool, _ response: ClientResponse) -> JobError {
        let message = "the receiver answered \(output.status)"
        let details = try? JSON(encoding: output)
        guard retryable else { return .permanent("refused", message, details: details) }
        let wait = response.headers["retry-after"].flatMap(Self.seconds)
        return .retryable("busy", message, after: wait.map { min($0, Self.longestWait) }, details: details)
    }

    private func request(_ arguments: WebhookDeliver.Arguments, _ job: JobContext) throws -> ClientRequest {
        var headers = Headers()
        for (name, value) in arguments.headers ?? [:] { headers.add(name, value) }
        let method = arguments.method ?? "POST"
        var bytes: [UInt8] = []
        switch arguments.body {
        case nil: break
        case .string(let text): bytes = Array(text.utf8)
        case .some(let json):
            bytes = Array(json.data)
            if headers["content-type"] == nil { headers["content-type"] = "application/json" }
        }
        let secret = try WebhookSecret(master: services.masterKey, tenant: job.tenant)
        headers.sign(bytes, with: secret, id: job.id.text)
        let hasBody = arguments.body != nil || ["POST", "PUT", "PATCH"].contains(method)
        return ClientRequest(
            method: method,
            url: arguments.url,
            headers: headers,
            body: hasBody ? .bytes(bytes) : .none,
            timeout: .seconds(arguments.timeoutSeconds ?? 30),
            maxResponseBytes: 8 << 20,
            addresses: services.webhookAddresses
        )
    }

    private func body(of response: ClientResponse) -> JSON? {
        guard !response.body.isEmpty else { return nil }
        let kept = response.body.prefix(WebhookDeliver.keptBody)
        let type = response.headers["content-type"]?.lowercased() ?? ""
        if type.contains("json"), kept.count == response.body.count, let json = try? JSON(parsing: kept) { return json }
        return .string(String(decoding: kept, as: UTF8.self))
    }

    /// Reads `Retry-After`: seconds, or a date (RFC 9110, 10.2.3).
    private static func seconds(_ text: String) -> Double? {
        if let seconds = Double(text), seconds >= 0 { return seconds }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return format.date(from: text).map { max(0, $0.timeIntervalSinceNow) }
    }
}
