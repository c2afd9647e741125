import HawserCore
import Testing

@testable import HawserCloud

@Suite struct EndpointTests {
    @Test(
        arguments: [
            ("http://h:8774/v2.1", .compute, "http://h:8774/v2.1"),
            ("http://h:8774/v2.1/", .compute, "http://h:8774/v2.1"),
            ("https://h/compute", .compute, "https://h/compute/v2.1"), ("https://h/v2/p", .compute, "https://h/v2.1/p"),
            ("http://h:9696", .network, "http://h:9696/v2.0"), ("http://h:9696/", .network, "http://h:9696/v2.0"),
            ("http://h:9292/v2/", .image, "http://h:9292/v2"), ("http://h:5000", .identity, "http://h:5000/v3"),
            ("http://h/identity/v2.0", .identity, "http://h/identity/v3"),
            ("http://h:8776/v3/p", .blockStorage, "http://h:8776/v3/p"),
            ("http://h:8776/v3", .blockStorage, "http://h:8776/v3/p"),
            ("http://h:8776", .blockStorage, "http://h:8776/v3/p"),
            ("http://h:8776/v3/%(project_id)s", .blockStorage, "http://h:8776/v3/p"),
            ("http://h:8778/", .placement, "http://h:8778"),
            ("http://v1.h/share", .sharedFileSystem, "http://v1.h/share/v2"),
        ] as [(String, CloudService, String)]
    )
    func theVersionIsPutIntoThePath(url: String, service: CloudService, base: String) {
        #expect(EndpointURL.base(url, for: service, projectID: "p") == base)
    }

    @Test func theCatalogueIsSearchedByTypeRegionAndInterface() throws {
        let json: JSON = [
            "catalog": [
                [
                    "type": "volumev3", "name": "old",
                    "endpoints": [["interface": "public", "region": "one", "url": "http://alias"]],
                ],
                [
                    "type": "block-storage", "name": "new",
                    "endpoints": [
                        ["interface": "public", "region": "two", "region_id": "two", "url": "http://two"],
                        ["interface": "admin", "region_id": "one", "url": "http://admin"],
                        ["interface": "odd", "region_id": "one", "url": "http://odd"],
                    ],
                ],
            ]
        ]
        let catalog = try Catalog(CloudFields(json, at: "token").list("catalog"))
        func url(_ region: String?, _ interface: CloudInterface = .public, type: String? = nil) -> String? {
            catalog.endpoint(of: .blockStorage, region: region, interface: interface, type: type)?.url
        }
        #expect(url("two") == "http://two" && url("one") == "http://alias" && url(nil) == "http://two")
        #expect(url("one", .admin) == "http://admin" && url("one", .internal) == nil && url("three") == nil)
        #expect(url(nil, type: "volumev3") == "http://alias")
        #expect(catalog.endpoint(of: .compute, region: nil, interface: .public) == nil)
        #expect(catalog.regions == ["one", "two"])
    }

    @Test func microversionsAreNumbers() {
        #expect(Microversion("2.10").map { $0 > Microversion(2, 9) } == true)
        #expect(Microversion("latest") == nil && Microversion("2") == nil && Microversion("2.1.1") == nil)
        #expect(CloudService.compute.microversionHeader(Microversion(2, 79))?.value == "compute 2.79")
        #expect(CloudService.blockStorage.microversionHeader(Microversion(3, 59))?.value == "volume 3.59")
        let manila = CloudService.sharedFileSystem.microversionHeader(Microversion(2, 51))
        #expect(manila?.name == "X-OpenStack-Manila-API-Version" && manila?.value == "2.51")
        #expect(CloudService.network.microversionHeader(Microversion(2, 0)) == nil)
    }

    @Test func aTokenIsRenewedBeforeItsEnd() throws {
        func token(_ issued: String, _ expires: String) throws -> CloudToken {
            let json: JSON = [
                "issued_at": .string(issued), "expires_at": .string(expires), "user": ["id": "u", "name": "n"],
            ]
            return try CloudToken(Secret("t"), CloudFields(json, at: "token"), receivedAt: start)
        }
        let start = ContinuousClock.now
        // Both times are Keystone's: that they lie in another year does not matter.
        let hour = try token("2001-01-01T00:00:00.000000Z", "2001-01-01T01:00:00.000000Z")
        #expect(hour.renewAt == start + .seconds(3300))
        let minute = try token("2001-01-01T00:00:00Z", "2001-01-01T00:01:00Z")
        #expect(minute.renewAt == start + .seconds(48))
        #expect(try token("2001-01-01T00:00:00Z", "2000-01-01T00:01:00Z").renewAt == start)
    }
}
