public import HawserCore
public import HawserQueue

/// A route that a client wants at a router, in the seed's words.
public struct RouteSet: Codable, Sendable, Equatable {
    /// Where to, a range of addresses: `10.1.0.0/24`.
    public var destination: String
    /// By way of, an address of a network of the router.
    public var nexthop: String

    /// A route.
    public init(destination: String, nexthop: String) {
        self.destination = destination
        self.nexthop = nexthop
    }

    /// The JSON schema of a route.
    public static let schema: JSON = [
        "type": "object", "required": ["destination", "nexthop"], "additionalProperties": false,
        "properties": [
            "destination": ["type": "string", "description": "A range of addresses: 10.1.0.0/24"],
            "nexthop": ["type": "string", "description": "An address of a network of the router"],
        ],
    ]

    /// What is wrong with the route.
    ///
    /// - Parameter path: the path to it in the arguments.
    /// - Returns: what no cloud would take.
    public func problems(at path: String) -> [ArgumentProblem] {
        var problems: [ArgumentProblem] = []
        let range = AddressRange(destination)
        if range == nil || !destination.contains("/") {
            problems.append(ArgumentProblem("\(path).destination", "must be a range of IP addresses"))
        }
        if let problem = ArgumentProblem.address("\(path).nexthop", nexthop) {
            problems.append(problem)
        } else if let range, AddressRange(nexthop)?.bytes.count != range.bytes.count {
            problems.append(ArgumentProblem("\(path).nexthop", "must be of the same IP version as destination"))
        }
        return problems
    }
}
