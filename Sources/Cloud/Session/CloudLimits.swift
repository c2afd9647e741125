/// How long requests to a cloud may take and how much they may answer.
public struct CloudLimits: Sendable, Hashable {
    /// How long name resolution, connection and TLS may take.
    public var connectTimeout: Duration
    /// How long a whole request may take.
    public var timeout: Duration
    /// The longest answer, in bytes.
    public var maxAnswerBytes: Int

    /// Limits: 5 s, 60 s and 32 MiB where nothing else is said.
    public init(
        connectTimeout: Duration = .seconds(5),
        timeout: Duration = .seconds(60),
        maxAnswerBytes: Int = 32 << 20
    ) {
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.maxAnswerBytes = maxAnswerBytes
    }
}
