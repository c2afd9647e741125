/// What a session may make servers of: it seldom changes, and is read once for all who need it within a minute.
///
/// For what is only to be named rightly or is checked before it is asked for: the cloud decides in the end.
public struct CloudOffer: Sendable {
    /// How long what was read is good.
    public static let span = Duration.seconds(60)

    private let allFlavors: Remembered<[Compute.Flavor]>
    private let images: Remembered<Images.Image>
    private let networks: Remembered<Networking.Network>

    init(_ session: CloudSession) {
        allFlavors = Remembered(for: Self.span) { _ in try await Compute(session).flavors() }
        images = Remembered(for: Self.span) { try await Images(session).image($0) }
        networks = Remembered(for: Self.span) { try await Networking(session).network($0) }
    }

    /// The flavor of an id; nil when there is none.
    ///
    /// - Throws: `CloudError`; `CancellationError`.
    public func flavor(_ id: String) async throws -> Compute.Flavor? {
        try await flavor { $0.id == id }
    }

    /// The flavor of a name; nil when there is none.
    ///
    /// - Throws: `CloudError`; `CancellationError`.
    public func flavor(named name: String) async throws -> Compute.Flavor? {
        try await flavor { $0.name == name }
    }

    private func flavor(where fits: (Compute.Flavor) -> Bool) async throws -> Compute.Flavor? {
        if let known = try await allFlavors.value("").first(where: fits) { return known }
        // It may be newer than what was read.
        allFlavors.forget("")
        return try await allFlavors.value("").first(where: fits)
    }

    /// An image.
    ///
    /// - Throws: `CloudError`; `CancellationError`.
    public func image(_ id: String) async throws -> Images.Image { try await images.value(id) }

    /// A network.
    ///
    /// - Throws: `CloudError`; `CancellationError`.
    public func network(_ id: String) async throws -> Networking.Network { try await networks.value(id) }
}
