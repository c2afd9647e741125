import HawserCloud
import Testing

@Suite(.enabled(if: TestCloud.isThere, "HAWSER_TEST_CLOUDS is not set"))
struct ImagesTests {
    @Test func imagesAndFlavorsAreListedInPagesAndByTheirIDs() async throws {
        let session = try TestCloud.session()
        let images = try await Images(session).images()
        #expect(images.count >= 2)
        let tiny = try #require(try await Images(session).images(name: "tiny").first)
        #expect(tiny.status == "active" && tiny.size != nil && tiny.visibility == "public")
        #expect(try await Images(session).image(tiny.id) == tiny)
        var seen: [String] = []
        var marker: String?
        repeat {
            let page = try await Images(session).images(limit: 1, marker: marker)
            seen += page.items.map(\.id)
            marker = page.next
        } while marker != nil
        #expect(Set(seen).count == seen.count && Set(seen).isSuperset(of: images.map(\.id)))
        let missing = await #expect(throws: CloudError.self) { try await Images(session).image("none") }
        #expect(missing?.isNotFound == true && missing?.message.contains("none") == true)

        let flavors = try await Compute(session).flavors()
        let small = try #require(flavors.first { $0.name == "m1.small" })
        #expect(try await Compute(session).flavor(small.id) == small && small.ramMiB == 2048)
        let page = try await Compute(session).flavors(limit: 2)
        #expect(page.items.count == 2)
        let rest = try await Compute(session).flavors(limit: 1000, marker: page.next)
        #expect(rest.next == nil && rest.items.count == flavors.count - 2)
        let no = await #expect(throws: CloudError.self) { try await Compute(session).flavor("none/../x") }
        #expect(no?.isNotFound == true)
    }
}
