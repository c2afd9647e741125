public import HawserCore
public import HawserHTTP

/// What a service of a cloud answered with success.
public struct CloudAnswer: Sendable {
    /// What was asked.
    public let operation: CloudOperation
    /// The status, 200 to 299.
    public let status: Int
    /// The header fields.
    public let headers: Headers
    /// The body; null when there is none.
    public let body: JSON
    /// The cloud's id of the request.
    public let requestID: String?

    /// Reads a member of the body as a thing of its own.
    func read<Model: CloudModel>(_ member: String, as type: Model.Type = Model.self) throws -> Model {
        try reading { try Model(CloudFields(body, at: "body").fields(member)) }
    }

    /// Reads a member of the body as a list of things.
    func readList<Model: CloudModel>(_ member: String, as type: Model.Type = Model.self) throws -> [Model] {
        try reading { try CloudFields(body, at: "body").list(member).map(Model.init) }
    }

    /// Turns what is wrong with the body's fields into an error of this operation.
    func reading<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as CloudFields.Failure {
            // The change was made all the same, when it was one.
            throw CloudError(
                .malformed,
                operation,
                message: "\(error.path) \(error.reason)",
                status: status,
                requestID: requestID,
                body: self.body.text,
                mayHaveReached: operation.method != "GET"
            )
        }
    }
}
