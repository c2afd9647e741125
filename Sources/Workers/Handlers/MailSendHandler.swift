import HawserCore
import HawserHTTP
public import HawserJobs
import HawserMetadata
public import HawserQueue

/// Mails tenants the codes that verify their addresses.
public struct MailSendHandler: ServiceHandler {
    /// `mail.send`.
    public typealias Kind = MailSend

    private let services: Services

    /// Makes the handler.
    public init(_ services: Services) {
        self.services = services
    }

    /// Mails the code, unless it is replaced or used by now.
    public func run(_ arguments: MailSend.Arguments, in job: JobContext) async throws -> NoOutput {
        guard let registration = try await services.registrations.find(job.tenant), !registration.isVerified,
            registration.codeID == arguments.codeID, let code = try registration.code(services.masterKey)
        else { return NoOutput() }
        guard let sender = services.mail else {
            throw JobError.retryable("no_mail_server", "this worker knows no server for mail (HAWSER_SMTP_URL)")
        }
        let mail = Mail(
            to: registration.email,
            subject: "Your verification code",
            body: "verify code is \(code.revealed), sent at \(Timestamp.now.rfc3339)\n",
            id: arguments.codeID
        )
        do {
            try await sender.send(mail)
        } catch let error as MailError {
            guard error.isRetryable else { throw JobError.permanent("mail", "\(error)") }
            throw JobError.retryable("mail", "\(error)")
        }
        return NoOutput()
    }
}
