import HawserCloud
import HawserJobs

extension PeerLink {
    /// The link that is to be made.
    init(_ arguments: PeerLinkCreate.Arguments) {
        self.init(
            Side(subnet: arguments.subnetA, router: arguments.routerA),
            Side(subnet: arguments.subnetB, router: arguments.routerB)
        )
    }

    /// The link that is to be taken away.
    init(_ arguments: PeerLinkDelete.Arguments) {
        self.init(
            Side(subnet: arguments.subnetA, router: arguments.routerA),
            Side(subnet: arguments.subnetB, router: arguments.routerB)
        )
    }
}
