/// Keeps work to so many bytes a second.
actor Pace {
    private let rate: Double?
    private var due = ContinuousClock.now

    /// A rate; nil: as fast as it goes.
    init(bytesPerSecond rate: Int64?) {
        self.rate = rate.map(Double.init)
    }

    /// Waits as long as these bytes should have taken.
    ///
    /// - Throws: `CancellationError`.
    func spend(_ bytes: Int) async throws {
        guard let rate else { return }
        due = max(due, .now) + .seconds(Double(bytes) / rate)
        try await Task.sleep(until: due)
    }
}
