import Foundation
import HawserCore

extension CloudSession {
    /// The microversions a service speaks; nil when it has none.
    ///
    /// - Throws: `CloudError`; `CancellationError`.
    public func microversions(of service: CloudService) async throws -> ClosedRange<Microversion>? {
        guard service.microversionHeader(Microversion(1, 0)) != nil else { return nil }
        let answer = try await send(CloudCall("GET", service, ""), at: try await versionURL(of: service))
        // Nova says "version"; the others say "versions", Cinder and Manila with more than one in it.
        let documents = answer.body["version"].map { [$0] } ?? answer.body["versions"]?.array ?? []
        for document in documents {
            let highest = document["version"]?.string ?? document["max_version"]?.string
            if let low = document["min_version"]?.string.flatMap({ Microversion($0) }),
                let high = highest.flatMap({ Microversion($0) }), low <= high
            {
                return low...high
            }
        }
        return nil
    }

    /// Where a service tells about the version of the API that is spoken here: its endpoint up to the version.
    private func versionURL(of service: CloudService) async throws -> String {
        let base = try await endpoint(of: service)
        guard let version = service.version, let range = base.range(of: "/\(version)", options: .backwards) else {
            return base + "/"
        }
        return base[..<range.upperBound] + "/"
    }
}
