import Foundation
import HawserCore
import HawserHTTP

extension CloudSession {
    /// The token, a new one when there is none or its end is near.
    ///
    /// - Throws: `CloudError`; of the kind `unauthorized` when the credentials are not accepted. `CancellationError`.
    public func token() async throws -> CloudToken {
        try await login.token { [self] in try await newToken() }
    }

    private func newToken() async throws -> CloudToken {
        let operation = CloudOperation(method: "POST", service: .identity, path: "/auth/tokens")
        let request = ClientRequest(
            method: "POST",
            url: identityURL + "/auth/tokens",
            headers: ["Content-Type": "application/json", "Accept": "application/json"],
            body: .bytes(settings.credentials.loginBody.bytes),
            connectTimeout: limits.connectTimeout,
            timeout: limits.timeout,
            idleTimeout: limits.timeout,
            maxResponseBytes: limits.maxAnswerBytes,
            tls: settings.tls
        )
        let receivedAt = ContinuousClock.now
        let answer = try await exchange(request, operation, secrets: [settings.credentials.secret])
        guard let text = answer.headers["X-Subject-Token"], !text.isEmpty else {
            throw CloudError(.malformed, operation, message: "the answer has no X-Subject-Token", status: answer.status)
        }
        return try answer.reading {
            try CloudToken(
                Secret(text),
                CloudFields(answer.body, at: "body").fields("token"),
                receivedAt: receivedAt
            )
        }
    }
}
