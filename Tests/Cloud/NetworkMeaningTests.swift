import HawserCore
import Testing

@testable import HawserCloud

/// What of networks is decided here and not by the cloud.
@Suite("rules and links")
struct NetworkMeaningTests {
    @Test("rules mean the same whatever they call it")
    func meaning() {
        let tcp = Networking.RuleSpec(direction: "ingress", protocolName: "tcp", portMin: 1, portMax: 2)
        var same = tcp
        same.protocolName = "6"
        same.remotePrefix = "0.0.0.0/0"
        same.description = "the same"
        #expect(same.meaning == tcp.meaning)
        var other = tcp
        other.remotePrefix = "10.0.0.0/8"
        #expect(other.meaning != tcp.meaning)
        let six = ["icmp", "icmpv6", "ipv6-icmp", "58"].map { name in
            Networking.RuleSpec(direction: "ingress", etherType: "IPv6", protocolName: name).meaning
        }
        #expect(Set(six).count == 1)
        #expect(six.first != Networking.RuleSpec(direction: "ingress", protocolName: "icmp").meaning)
    }

    @Test("a link's range is the first that its routers know nothing of")
    func range() {
        #expect(PeerLink.range(besides: [])?.description == "100.64.0.0/29")
        let taken = ["100.64.0.0/29", "100.64.0.10/32", "10.0.0.0/8"].compactMap { AddressRange($0) }
        #expect(PeerLink.range(besides: taken)?.description == "100.64.0.16/29")
        #expect(PeerLink.range(besides: ["0.0.0.0/1"].compactMap { AddressRange($0) }) == nil)
    }

    @Test("a link is the same from either side, and its mark is no longer than a description may be")
    func mark() {
        let id = "4c31ff0e-be04-4c06-8543-a5b8801a626c"
        let (a, b) = (PeerLink.Side(subnet: id, router: "\(id.dropLast())1"), PeerLink.Side(subnet: id, router: id))
        #expect(PeerLink(a, b).mark == PeerLink(b, a).mark)
        #expect(PeerLink(a, b).mark.count <= 255)
    }
}
