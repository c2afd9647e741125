import Foundation
import HawserCore
import HawserHTTP

extension CloudSession {
    /// Sends a request to a service and reads its answer.
    ///
    /// A 401 has the token renewed and the request sent once more: the service has not carried it out.
    ///
    /// - Throws: `CloudError` for every status but 200 to 299 and for no answer; `CancellationError`.
    public func send(_ call: CloudCall) async throws -> CloudAnswer {
        try await send(call, at: try await endpoint(of: call.service) + call.path)
    }

    /// The same, at a URL of the caller's.
    func send(_ call: CloudCall, at url: String) async throws -> CloudAnswer {
        let token = try await token()
        do {
            return try await send(call, at: url, with: token)
        } catch let error as CloudError where error.kind == .unauthorized && error.status == 401 {
            login.drop(token)
            return try await send(call, at: url, with: try await self.token())
        }
    }

    private func send(_ call: CloudCall, at url: String, with token: CloudToken) async throws -> CloudAnswer {
        var request = ClientRequest(
            method: call.method,
            url: url + EndpointURL.query(call.query),
            connectTimeout: limits.connectTimeout,
            timeout: call.timeout ?? limits.timeout,
            idleTimeout: call.timeout ?? limits.timeout,
            maxResponseBytes: limits.maxAnswerBytes,
            tls: settings.tls,
            isRepeatable: call.method == "GET" || call.method == "HEAD" || call.method == "DELETE"
        )
        request.headers["X-Auth-Token"] = token.secret.revealed
        request.headers["Accept"] = "application/json"
        if let body = call.body {
            request.headers["Content-Type"] = "application/json"
            request.body = .bytes(body.bytes)
        }
        let highest = settings.services[call.service]?.microversion
        if let version = [call.microversion, highest].compactMap({ $0 }).min(),
            let header = call.service.microversionHeader(version)
        {
            request.headers[header.name] = header.value
        }
        return try await exchange(request, call.operation, secrets: call.secrets + [token.secret])
    }

    /// One request and its answer, each failure as a `CloudError`.
    func exchange(
        _ request: ClientRequest,
        _ operation: CloudOperation,
        secrets: [Secret]
    ) async throws -> CloudAnswer {
        count()
        let start = ContinuousClock.now
        let response: ClientResponse
        do {
            response = try await client.send(request)
        } catch let error as HTTPClientError {
            let failure = CloudError(operation, error)
            log.debug("no answer", ["operation": operation, "cause": failure.message])
            throw failure
        }
        let answer = CloudAnswer(
            operation: operation,
            status: response.status,
            headers: response.headers,
            body: .null,
            requestID: response.headers["X-Openstack-Request-Id"]
        )
        log.debug(
            "answer",
            [
                "operation": operation, "status": response.status,
                "seconds": (ContinuousClock.now - start) / .seconds(1),
                "request": answer.requestID ?? "-",
            ]
        )
        guard (200...299).contains(response.status) else {
            throw CloudError(operation, answer: response, body: Self.text(response.body, without: secrets))
        }
        guard !response.body.isEmpty else { return answer }
        do {
            return CloudAnswer(
                operation: operation,
                status: answer.status,
                headers: answer.headers,
                body: try JSON(parsing: response.body),
                requestID: answer.requestID
            )
        } catch let error as JSONError {
            throw CloudError(
                .malformed,
                operation,
                message: "the answer is not JSON: \(error.description)",
                status: answer.status,
                requestID: answer.requestID,
                body: Self.text(response.body, without: secrets),
                mayHaveReached: operation.method != "GET"
            )
        }
    }

    /// A body as text, with stars for what must not be seen; services quote what they were sent.
    private static func text(_ body: [UInt8], without secrets: [Secret]) -> String {
        var text = String(decoding: body, as: UTF8.self)
        for secret in secrets where !secret.revealed.isEmpty {
            text = text.replacingOccurrences(of: secret.revealed, with: secret.description)
        }
        return text
    }
}
