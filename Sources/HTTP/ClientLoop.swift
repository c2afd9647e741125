import CCurl
import Foundation
import Synchronization

/// The thread that owns libcurl's multi handle; all of libcurl's transfers are touched by it alone.
final class ClientLoop: Sendable {
    private struct Inbox {
        var added: [Transfer] = []
        var changed: [Transfer] = []
        var isStopped = false
    }

    /// libcurl's multi handle.
    ///
    /// `@unchecked Sendable`: other threads only call `curl_multi_wakeup` on it, which is allowed from any thread; it is
    /// freed by the thread itself once `isStopped` is set, after which `poke` leaves it alone (both under the lock).
    private struct Multi: @unchecked Sendable {
        let pointer: OpaquePointer?
    }

    private static let isReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    private let inbox = Mutex(Inbox())
    private let multi: Multi
    private let options: HTTPClient.Options

    init(options: HTTPClient.Options) {
        self.options = options
        multi = Multi(pointer: Self.isReady ? OpaquePointer(curl_multi_init()) : nil)
    }

    func start() {
        let thread = Thread { [self] in run() }
        thread.name = "http-client"
        thread.start()
    }

    func stop() {
        poke { $0.isStopped = true }
    }

    func add(_ transfer: Transfer) {
        let isTaken = poke { $0.added.append(transfer) }
        if !isTaken { transfer.fail(.closed, "the client was shut down") }
    }

    /// Looks at a transfer again: it was cancelled, or may go on.
    func look(at transfer: Transfer) {
        poke { $0.changed.append(transfer) }
    }

    @discardableResult
    private func poke(_ change: (inout Inbox) -> Void) -> Bool {
        inbox.withLock { inbox in
            guard !inbox.isStopped, let pointer = multi.pointer else { return false }
            change(&inbox)
            curl_multi_wakeup(UnsafeMutableRawPointer(pointer))
            return true
        }
    }

    private func run() {
        // A broken connection must show as an error, not end the process.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        guard let pointer = multi.pointer else { return }
        let multi = UnsafeMutableRawPointer(pointer)
        _ = hawser_curl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, options.maxConnections)
        _ = hawser_curl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, options.maxConnectionsPerHost)
        _ = hawser_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, options.maxConnections)
        var running: [UnsafeMutableRawPointer: Transfer] = [:]
        var nextCheck = ContinuousClock.now
        while true {
            let work = inbox.withLock { inbox in
                defer {
                    inbox.added = []
                    inbox.changed = []
                }
                return inbox
            }
            if work.isStopped { break }
            for transfer in work.added {
                guard let easy = transfer.begin() else { continue }
                if curl_multi_add_handle(multi, easy) == CURLM_OK {
                    running[easy] = transfer
                } else {
                    transfer.end(easy, CURLE_OUT_OF_MEMORY)
                }
            }
            for transfer in work.changed {
                guard let easy = transfer.handle, running[easy] != nil else { continue }
                if transfer.isCancelled {
                    running[easy] = nil
                    curl_multi_remove_handle(multi, easy)
                    transfer.end(easy, CURLE_ABORTED_BY_CALLBACK)
                } else {
                    curl_easy_pause(easy, CURLPAUSE_CONT)
                }
            }
            var count: Int32 = 0
            curl_multi_perform(multi, &count)
            var code = CURLE_OK
            while let easy = hawser_curl_finished(multi, &code) {
                curl_multi_remove_handle(multi, easy)
                running.removeValue(forKey: easy)?.end(easy, code)
            }
            let now = ContinuousClock.now
            if now >= nextCheck {
                nextCheck = now + .milliseconds(200)
                for (easy, transfer) in running where transfer.isIdle(now) {
                    running[easy] = nil
                    transfer.fail(.timeout, "nothing was sent or received for \(transfer.request.idleTimeout)")
                    curl_multi_remove_handle(multi, easy)
                    transfer.end(easy, CURLE_OPERATION_TIMEDOUT)
                }
            }
            curl_multi_poll(multi, nil, 0, running.isEmpty ? 60_000 : 200, nil)
        }
        for (easy, transfer) in running {
            curl_multi_remove_handle(multi, easy)
            transfer.end(easy, CURLE_ABORTED_BY_CALLBACK)
        }
        for transfer in inbox.withLock({ $0.added }) { transfer.fail(.closed, "the client was shut down") }
        curl_multi_cleanup(multi)
    }
}
