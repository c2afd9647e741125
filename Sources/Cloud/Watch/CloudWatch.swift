/// News of the servers, volumes and shares of one session, shared by all who wait for them.
///
/// Each of the three costs one listing per interval in the long run, less when the cloud is slow, and none when nobody
/// asks.
public final class CloudWatch: Sendable {
    /// The time from one listing to the next, where nothing else is said.
    public static let interval = Duration.seconds(1)

    /// Whether this process hears the notifications of this cloud and region.
    public let isNotified: Bool
    /// The project's servers.
    public let servers: StatusListing<Compute.Server>
    /// The project's volumes.
    public let volumes: StatusListing<BlockStorage.Volume>
    /// The project's shares.
    public let shares: StatusListing<SharedFileSystem.Share>
    /// What servers can be made of.
    public let offer: CloudOffer

    /// A watch over a session.
    ///
    /// - Parameters:
    ///   - session: whose things are listed.
    ///   - interval: the time from one listing to the next.
    ///   - isNotified: whether this process hears the notifications of this cloud and region.
    public init(_ session: CloudSession, interval: Duration = CloudWatch.interval, isNotified: Bool = false) {
        self.isNotified = isNotified
        offer = CloudOffer(session)
        servers = StatusListing(interval: interval) {
            Dictionary(try await Compute(session).servers().map { ($0.id, $0) }) { $1 }
        }
        volumes = StatusListing(interval: interval) {
            Dictionary(try await BlockStorage(session).volumes().map { ($0.id, $0) }) { $1 }
        }
        shares = StatusListing(interval: interval) {
            Dictionary(try await SharedFileSystem(session).shares().map { ($0.id, $0) }) { $1 }
        }
    }

    /// Notes that somebody has what it asked for, of whichever of the three.
    public func answered(_ asker: String) {
        servers.answered(asker)
        volumes.answered(asker)
        shares.answered(asker)
    }
}
