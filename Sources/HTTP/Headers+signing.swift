public import HawserCore

extension Headers {
    /// Signs a request by Standard Webhooks 1.0: `webhook-id`, `webhook-timestamp` (now) and `webhook-signature`.
    ///
    /// - Parameters:
    ///   - body: the bytes that are sent.
    ///   - secret: what the receiver has, too.
    ///   - id: the same for all attempts to tell the same thing, so that receivers can drop repetitions.
    public mutating func sign(_ body: [UInt8], with secret: WebhookSecret, id: String) {
        let seconds = Timestamp.now.milliseconds / 1000
        self["webhook-id"] = id
        self["webhook-timestamp"] = "\(seconds)"
        self["webhook-signature"] = secret.signature(id: id, seconds: seconds, body: body)
    }
}
