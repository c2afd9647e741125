public import HawserCore
public import HawserHTTP
import Synchronization

/// The sessions of a process: one for each cloud, user and region, the least used forgotten beyond a bound.
///
/// Those of one user have one token, whatever the region.
public final class CloudSessions: Sendable {
    private struct Held {
        let session: CloudSession
        let watch: CloudWatch
        var usedAt: UInt64
    }

    private struct State {
        var held: [CloudSettings: Held] = [:]
        var clock: UInt64 = 0
    }

    private let client: HTTPClient
    private let limits: CloudLimits
    private let interval: Duration
    private let bound: Int
    private let log: Log
    private let isNotified: @Sendable (CloudSettings) -> Bool
    private let state = Mutex(State())

    /// No sessions yet.
    ///
    /// - Parameters:
    ///   - client: sends all requests.
    ///   - limits: how long requests may take.
    ///   - interval: the time from one listing of a watch to its next.
    ///   - bound: how many sessions are kept.
    ///   - log: gets one line of level debug for each request.
    ///   - isNotified: whether this process hears the notifications of a cloud and region.
    public init(
        client: HTTPClient,
        limits: CloudLimits = CloudLimits(),
        interval: Duration = CloudWatch.interval,
        bound: Int = 1000,
        log: Log = Log("cloud"),
        isNotified: @escaping @Sendable (CloudSettings) -> Bool = { _ in false }
    ) {
        self.client = client
        self.limits = limits
        self.interval = interval
        self.bound = max(1, bound)
        self.log = log
        self.isNotified = isNotified
    }

    /// The session of a user of a cloud in a region.
    public func session(for settings: CloudSettings) -> CloudSession { held(settings).session }

    /// The watch over the servers, volumes and shares of that session.
    public func watch(for settings: CloudSettings) -> CloudWatch { held(settings).watch }

    /// How many sessions are kept.
    public var count: Int { state.withLock { $0.held.count } }

    private func held(_ settings: CloudSettings) -> Held {
        state.withLock { state in
            state.clock += 1
            if var held = state.held[settings] {
                held.usedAt = state.clock
                state.held[settings] = held
                return held
            }
            if state.held.count >= bound, let oldest = state.held.min(by: { $0.value.usedAt < $1.value.usedAt })?.key {
                state.held[oldest] = nil
            }
            // The same user in another region has a token already.
            let account = settings.account
            let login = state.held.first { $0.key.account == account }?.value.session.login
            let session = CloudSession(
                settings,
                client: client,
                limits: limits,
                log: log,
                login: login ?? CloudLogin()
            )
            let held = Held(
                session: session,
                watch: CloudWatch(session, interval: interval, isNotified: isNotified(settings)),
                usedAt: state.clock
            )
            state.held[settings] = held
            return held
        }
    }
}
