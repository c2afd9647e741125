public import HawserCore

extension Networking {
    /// A VPC as seed 004 tells it: the network, its subnets and the router between them, as they are now.
    ///
    /// - Parameter id: the network's id.
    /// - Returns: the seed's message `Vpc`; `router` is null when no router of the project is connected.
    /// - Throws: `CloudError`.
    public func vpcReply(_ id: String) async throws -> JSON {
        let network = try await network(id)
        return try await vpcReply(of: network, router: try await router(ofVPC: network))
    }

    /// The same of a network and its router as they were just told.
    public func vpcReply(of network: Network, router: Router?) async throws -> JSON {
        var inside = Filter()
        inside.networkID = network.id
        async let told = reply(ofRouter: router)
        let subnets = try await subnets(inside)
        return [
            "vpc_id": .string(network.id),
            "vpc_name": .string(network.name),
            "vpc_desc": .string(network.description),
            "region": JSON(session.settings.region) ?? .null,
            "subnet": .array(
                subnets.sorted { ($0.cidr, $0.id) < ($1.cidr, $1.id) }.map { subnet in
                    [
                        "subnet": .string(subnet.cidr), "subnet_id": .string(subnet.id),
                        "subnet_created_time": JSON(time: subnet.createdAt),
                    ]
                }
            ),
            "vpc_status": .string(network.status),
            "created_time": JSON(time: network.createdAt),
            "vpc_created_time": JSON(time: network.createdAt),
            "router": try await told,
        ]
    }

    /// The router of a VPC: of those connected to the network the one that is called after it, else the oldest.
    ///
    /// By its connection and not by its name alone, so that a VPC keeps its router under another name.
    ///
    /// - Throws: `CloudError`.
    public func router(ofVPC network: Network) async throws -> Router? {
        var inside = Filter()
        inside.networkID = network.id
        let ids = Set(try await ports(inside).filter(\.isRouterInterface).map(\.deviceID))
        var routers: [Router] = []
        for id in ids.sorted() {
            // A shared network may be connected to routers of projects that this one does not see.
            do { routers.append(try await router(id)) } catch let error as CloudError where error.isNotFound {}
        }
        return routers.first { $0.name == Self.routerName(ofVPC: network.name) }
            ?? routers.min {
                ($0.createdAt?.milliseconds ?? .max, $0.id) < ($1.createdAt?.milliseconds ?? .max, $1.id)
            }
    }

    /// What the router of a VPC is called when it is made.
    public static func routerName(ofVPC name: String) -> String { "router-\(name)" }

    private func reply(ofRouter router: Router?) async throws -> JSON {
        guard let router else { return .null }
        return .object(try await members(ofRouter: router))
    }
}
