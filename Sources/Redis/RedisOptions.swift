/// How a client behaves; every field has a default that suits a Redis near by.
public struct RedisOptions: Sendable {
    /// How long a command may take, from the call until its reply, unless the call says otherwise.
    public var commandTimeout: Duration = .milliseconds(800)
    /// How long a command waits for a connection while there is none; after that it fails as not connected.
    public var connectWait: Duration = .milliseconds(500)
    /// How long one attempt to connect and log in may take.
    public var connectTimeout: Duration = .milliseconds(1000)
    /// The pause before the first attempt to connect again; doubles with each further one.
    public var minimumBackoff: Duration = .milliseconds(50)
    /// The longest pause between attempts to connect.
    public var maximumBackoff: Duration = .seconds(2)
    /// What `CLIENT LIST` shows; no spaces.
    public var name = "hawser"

    /// The defaults.
    public init() {}
}
