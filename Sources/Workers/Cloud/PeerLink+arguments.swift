import HawserCloud
import HawserJobs

extension PeerLink {
    /// The link that is to be made or taken away.
    init(_ arguments: PeerLinkCreate.Arguments) {
        self.init(
            Side(subnet: arguments.subnetA, router: arguments.routerA),
            Side(subnet: arguments.subnetB, router: arguments.routerB)
        )
    }
}
