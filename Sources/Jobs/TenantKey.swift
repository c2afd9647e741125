import Foundation
public import HawserCore

/// The API keys of tenants.
public enum TenantKey {
    /// A new key: `hk_` and 256 random bits.
    ///
    /// It is shown once and stored nowhere.
    public static func make() -> Secret {
        let text = Data(Crypto.randomBytes(32)).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        return Secret("hk_" + text)
    }

    /// What is stored of a key.
    ///
    /// A key is random enough that a plain hash of it cannot be turned around.
    public static func hash(_ key: Secret) -> [UInt8] {
        Digest.sha256(Array(key.revealed.utf8))
    }

    /// Whether a text can be a tenant's name: 1 to 128 characters, none of them a control character.
    public static func isName(_ text: String) -> Bool {
        (1...128).contains(text.count) && text.utf8.count <= 512
            && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
