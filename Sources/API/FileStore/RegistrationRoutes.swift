import HawserCore
import HawserHTTP
import HawserJobs
import HawserMetadata
import HawserQueue

/// `/store/register`, `/store/verifyemail` (also `/store/email`) and `/store/resendemail`.
///
/// The code is mailed by a job, whose id is the name of the code: the job mails it only as long as it is the one that is
/// wanted. Numbers of refusals are those of the original's registration service.
struct RegistrationRoutes: Sendable {
    /// How long a code can be used, in seconds.
    private static let lifetime = 120.0 * 60
    /// Wrong codes and further mails within `window` seconds: a mailbox must not be flooded, nor a code guessed.
    private static let mostTries: Int64 = 10
    private static let window = 3600.0

    let dialect: FileStoreDialect

    var endpoints: [Endpoint] {
        let text: JSON = ["type": "string"]
        let verify: @Sendable (StoreFields, String, Request) async throws -> Response = { fields, tenant, _ in
            try await self.verify(tenant, try fields.text("code", upTo: 64))
        }
        return [
            dialect.posting(
                "/store/register",
                "Register with an e-mail address, to which a code is mailed",
                body: ["email": text, "resend": ["type": "boolean", "default": false]],
                isOpen: true
            ) { fields, tenant, _ in
                if try fields.flag("resend") { return try await resend(tenant) }
                return try await register(tenant, try fields.text("email", upTo: 254))
            },
            dialect.posting("/store/verifyemail", "Send back the code", body: ["code": text], verify),
            dialect.posting("/store/email", "Send back the code (the older path)", body: ["code": text], verify),
            dialect.posting("/store/resendemail", "Have a new code mailed", body: [:]) { _, tenant, _ in
                try await resend(tenant)
            },
        ]
    }

    private var sendsMail: Bool { dialect.backend.configuration.smtpURL != nil }

    private func register(_ tenant: String, _ email: String) async throws -> Response {
        guard Mail.isAddress(email) else { throw StoreFailure(10, "the email address is not valid") }
        let master = dialect.backend.masterKey
        let registration = Registration(
            tenant: tenant,
            email: email,
            isVerified: !sendsMail,
            sealedCode: sendsMail ? try Registration.newCode(for: tenant, master) : nil,
            codeID: JobID(in: MailSend.queue).text
        )
        do {
            try await dialect.registrations.insert(registration)
        } catch let error as MetadataError where error.isDuplicate {
            if try await dialect.registrations.find(tenant) != nil {
                throw StoreFailure(4, "This tenant is already registered")
            }
            throw StoreFailure(11, "This Contact Email is already registered")
        }
        do {
            try await mail(registration.codeID, tenant)
        } catch {
            // Nobody was told of it yet: the client may ask once more.
            try? await dialect.registrations.remove(registration)
            throw error
        }
        return StoreEnvelope.response("ok")
    }

    private func verify(_ tenant: String, _ given: String) async throws -> Response {
        let registration = try await unverified(tenant)
        let count = tries(registration)
        guard count.tries < Self.mostTries else { throw StoreFailure(8, "too many wrong codes, try again later") }
        let code = try registration.code(dialect.backend.masterKey)
        guard let code, Crypto.constantTimeEqual(Array(code.revealed.utf8), Array(given.utf8)) else {
            try await replaceCode(registration)
            throw StoreFailure(8, "wrong verified code, will send verify email again")
        }
        guard Timestamp.now.seconds(since: registration.codeMade) <= Self.lifetime else {
            try await replaceCode(registration)
            throw StoreFailure(9, "verify code expired, will send verify email again")
        }
        guard try await dialect.registrations.verify(registration) else {
            throw StoreFailure(8, "the code was replaced by another one meanwhile")
        }
        return StoreEnvelope.response("ok")
    }

    private func resend(_ tenant: String) async throws -> Response {
        let registration = try await unverified(tenant)
        guard tries(registration).tries < Self.mostTries else {
            throw StoreFailure(1, "too many mails, try again later")
        }
        try await replaceCode(registration)
        return StoreEnvelope.response("ok")
    }

    private func unverified(_ tenant: String) async throws -> Registration {
        let registration = try await dialect.registered(tenant)
        guard !registration.isVerified else { throw StoreFailure(7, "already verified contact email") }
        return registration
    }

    /// The tries that count now, and from when.
    private func tries(_ registration: Registration) -> (tries: Int64, from: Timestamp) {
        let isOver = Timestamp.now.seconds(since: registration.countedFrom) > Self.window
        return isOver ? (0, .now) : (registration.tries, registration.countedFrom)
    }

    /// Makes a new code and mails it; nothing when somebody else did at the same moment.
    private func replaceCode(_ registration: Registration) async throws {
        let count = tries(registration)
        let id = JobID(in: MailSend.queue).text
        let isReplaced = try await dialect.registrations.replaceCode(
            of: registration,
            by: try Registration.newCode(for: registration.tenant, dialect.backend.masterKey),
            id: id,
            tries: count.tries + 1,
            from: count.from
        )
        if isReplaced { try await mail(id, registration.tenant) }
    }

    private func mail(_ code: String, _ tenant: String) async throws {
        guard sendsMail, let id = JobID(code) else { return }
        let submission = try JobSubmission(MailSend.self, .init(codeID: code), tenant: tenant, id: id)
        try await dialect.backend.enqueue([submission])
    }
}
