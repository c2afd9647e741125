public import HawserCore

/// What went wrong at a RabbitMQ.
public struct RabbitError: UnavailableError, CustomStringConvertible {
    /// What was done.
    let operation: String
    /// Where: host and port.
    let place: String
    /// The library's or the server's words.
    let cause: String
    /// The server's code (404, 403, …); 0 when it is not the server who refused.
    var code = 0

    /// `rabbitmq`.
    public var service: String { "rabbitmq" }
    /// The error as a sentence.
    public var description: String { "RabbitMQ at \(place): cannot \(operation): \(cause)" }
}
