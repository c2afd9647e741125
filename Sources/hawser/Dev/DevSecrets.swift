import Foundation
import HawserCore

/// The keys of a dev: those that were given, else those made at its first start and kept.
struct DevSecrets: Sendable {
    let adminKey: Secret
    let masterKey: Secret
    let redisPassword: Secret

    /// Reads or makes them.
    init(_ directory: DataDirectory, _ configuration: Configuration) throws {
        adminKey = try configuration.adminKey ?? Self.kept("admin-key", in: directory)
        masterKey = try configuration.masterKey ?? Self.kept("master-key", in: directory)
        redisPassword = try Self.kept("redis-password", in: directory)
    }

    private static func kept(_ name: String, in directory: DataDirectory) throws -> Secret {
        let file = "\(directory.secrets)/\(name)"
        if let text = try directory.read(file)?.trimmingCharacters(in: .whitespacesAndNewlines), !text.isEmpty {
            return Secret(text)
        }
        // Swift's generator is the system's, getrandom(2).
        let words = (0..<4).map { _ in UInt64.random(in: 0...UInt64.max) }
        let digits = words.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        let secret = Secret(digits.joined())
        try directory.write(secret.revealed + "\n", to: file)
        return secret
    }
}
