/// How a request trusts the other side of an https connection, and what it shows of itself.
public struct ClientTLS: Sendable, Hashable {
    /// Whether the other side's certificate and name are checked.
    public var verifies: Bool
    /// A file of PEM certificates to trust instead of the system's.
    public var caFile: String?
    /// A PEM file with the certificate to show when the other side asks for one.
    public var certificateFile: String?
    /// A PEM file with the key of that certificate; nil when it is in the same file.
    public var keyFile: String?

    /// Trusts what the system trusts and shows no certificate, where nothing else is said.
    public init(
        verifies: Bool = true,
        caFile: String? = nil,
        certificateFile: String? = nil,
        keyFile: String? = nil
    ) {
        self.verifies = verifies
        self.caFile = caFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}
