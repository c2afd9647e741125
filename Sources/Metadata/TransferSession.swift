public import HawserCore

/// A permission to do one transfer, given out by a tenant to somebody who has nothing but its id.
public struct TransferSession: Sendable, Hashable {
    /// What may be done.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Files may be sent, `total` of them.
        case upload
        /// One object may be read once.
        case download
        /// One object may be copied once, into the container of any tenant.
        case copy
    }

    /// How the business system is told of an upload.
    public struct Callback: Sendable, Hashable {
        /// The HTTP method.
        public var requestMethod: String
        /// The URL.
        public var requestUri: String
        /// What it wants back as `callbackBody`; any JSON.
        public var requestBody: JSON
        /// The value for its `Authorization` header, sealed by the caller.
        public var authorization: [UInt8]?

        /// A callback.
        public init(requestMethod: String, requestUri: String, requestBody: JSON = nil, authorization: [UInt8]? = nil) {
            self.requestMethod = requestMethod
            self.requestUri = requestUri
            self.requestBody = requestBody
            self.authorization = authorization
        }
    }

    /// 32 hexadecimal digits, all random: whoever knows them may do the transfer.
    public let id: String
    /// What may be done.
    public let kind: Kind
    /// Who gave it out.
    public let tenant: String
    /// When it was given out.
    public let created: Timestamp
    /// Until when a transfer may begin.
    public let expiresAt: Timestamp
    /// How many transfers it is good for: files of an upload, else 1.
    public let total: Int
    /// How many of them have not begun.
    public let remaining: Int
    /// How many of them are complete.
    public let done: Int
    /// Why the session is dead, once a transfer failed.
    public let failure: String?
    /// The records of the files that are complete, in the order of completion.
    public let files: [JSON]
    /// The ids of the objects that its uploads are to become and that are not reported yet.
    public let pending: [String]
    /// Whom to tell, of an upload.
    public let callback: Callback?
    /// The id of the job that tells the business system; made with the session, so that it is submitted once.
    public let callbackJob: String
    /// Which object, of a download or copy.
    public let storageObjectID: String?
    /// The name a download is to have.
    public let fileName: String?
    /// How a download is to be shown: `preview` or nothing.
    public let mode: String?

    /// A session for an upload.
    public static func upload(
        tenant: String,
        callback: Callback,
        callbackJob: String = "",
        total: Int = 1,
        lifetime: Double,
        now: Timestamp = .now
    ) -> TransferSession {
        TransferSession(
            .upload,
            tenant,
            total: max(1, total),
            lifetime: lifetime,
            now: now,
            callback: callback,
            callbackJob: callbackJob
        )
    }

    /// A session for a download of one of the tenant's objects.
    public static func download(
        tenant: String,
        storageObjectID: String,
        fileName: String? = nil,
        mode: String? = nil,
        lifetime: Double,
        now: Timestamp = .now
    ) -> TransferSession {
        TransferSession(
            .download,
            tenant,
            lifetime: lifetime,
            now: now,
            storageObjectID: storageObjectID,
            fileName: fileName,
            mode: mode
        )
    }

    /// A session for a copy of one of the tenant's objects.
    public static func copy(
        tenant: String,
        storageObjectID: String,
        lifetime: Double,
        now: Timestamp = .now
    ) -> TransferSession {
        TransferSession(.copy, tenant, lifetime: lifetime, now: now, storageObjectID: storageObjectID)
    }

    private init(
        _ kind: Kind,
        _ tenant: String,
        total: Int = 1,
        lifetime: Double,
        now: Timestamp,
        callback: Callback? = nil,
        callbackJob: String = "",
        storageObjectID: String? = nil,
        fileName: String? = nil,
        mode: String? = nil
    ) {
        id = Crypto.randomBytes(16).hex
        self.kind = kind
        self.tenant = tenant
        created = now
        expiresAt = now.adding(seconds: lifetime)
        self.total = total
        remaining = total
        done = 0
        failure = nil
        files = []
        pending = []
        self.callback = callback
        self.callbackJob = callbackJob
        self.storageObjectID = storageObjectID
        self.fileName = fileName
        self.mode = mode
    }
}
