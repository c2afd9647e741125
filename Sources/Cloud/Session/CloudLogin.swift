import HawserCore
import Synchronization

/// The token of one user of one cloud: had once for all who need it, in whatever region, and renewed before its end.
final class CloudLogin: Sendable {
    let held = Mutex<CloudToken?>(nil)
    private let flight = SingleFlight<CloudToken>()

    /// The token, a new one when there is none or its end is near.
    ///
    /// - Throws: what `make` throws; `CancellationError`.
    func token(_ make: @escaping @Sendable () async throws -> CloudToken) async throws -> CloudToken {
        if let token = fresh { return token }
        return try await flight.run { [self] in
            // Somebody else's login may have ended between the look and this one.
            if let token = fresh { return token }
            let token = try await make()
            held.withLock { $0 = token }
            return token
        }
    }

    /// Forgets a token that a service did not accept, unless a newer one is there already.
    func drop(_ token: CloudToken) {
        held.withLock { held in
            if held?.secret == token.secret { held = nil }
        }
    }

    private var fresh: CloudToken? {
        held.withLock { $0 }.flatMap { ContinuousClock.now < $0.renewAt ? $0 : nil }
    }
}
