import Foundation

/// The RADOS gateway of a real Ceph: an S3-compatible store.
public struct TestCeph: Sendable {
    /// Scheme, host and port.
    public let endpoint: String
    /// The region that requests are signed for.
    public let region: String
    /// The administrator's access key.
    public let accessKey: String
    /// The administrator's secret key.
    public let secretKey: String

    /// The one that runs; a test that asks for it without one fails.
    public init() throws {
        struct Missing: Error, CustomStringConvertible { let description: String }
        guard let path = TestServerFile.ceph.path else { throw Missing(description: TestServerFile.ceph.reason) }
        var values: [String: String] = [:]
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            let pair = line.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { values[String(pair[0])] = String(pair[1]) }
        }
        func value(_ name: String) throws -> String {
            guard let value = values[name] else { throw Missing(description: "\(path) has no \(name)") }
            return value
        }
        endpoint = try value("RGW_ENDPOINT")
        region = try value("RGW_REGION")
        accessKey = try value("RGW_ADMIN_ACCESS_KEY")
        secretKey = try value("RGW_ADMIN_SECRET_KEY")
    }
}
