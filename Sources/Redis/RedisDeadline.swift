/// How long a command may take, from the call until its reply.
public enum RedisDeadline: Sendable, Hashable {
    /// `RedisOptions.commandTimeout`.
    case standard
    /// This long; for commands that block, the time they block plus the time an answer takes.
    case within(Duration)
    /// As long as the connection lives; only TCP's keep-alive finds a dead server then.
    case never
}
