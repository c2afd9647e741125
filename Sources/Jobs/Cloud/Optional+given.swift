extension String? {
    /// The text, unless it is empty: to clients of seed 004, whose messages have no missing texts, that is the same.
    public var given: String? { flatMap { $0.isEmpty ? nil : $0 } }
}
