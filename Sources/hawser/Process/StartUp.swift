import HawserCore

/// Patience at the start with servers that may be starting beside this process.
enum StartUp {
    /// How often it is tried, a second apart.
    private static let attempts = 60

    /// Tries until the server answers.
    ///
    /// - Parameters:
    ///   - server: what is waited for, for the log.
    ///   - termination: a signal ends the waiting.
    ///   - body: what needs the server.
    /// - Returns: false when a signal came first.
    /// - Throws: what `body` throws, when it is not for want of a server or has been so for a minute.
    static func wait(
        for server: String,
        unless termination: Termination,
        _ body: () async throws -> Void
    ) async throws -> Bool {
        for attempt in 1... {
            do {
                try await body()
                return true
            } catch let error as any UnavailableError {
                if termination.isRequested { return false }
                guard attempt < attempts else { throw error }
                Log("start").warning("waiting for \(server)", ["error": "\(error)"])
                try await Task.sleep(for: .seconds(1))
                if termination.isRequested { return false }
            }
        }
        return false
    }
}
