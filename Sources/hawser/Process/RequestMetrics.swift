import HawserCore
import HawserHTTP
import HawserQueue

/// Counts requests.
struct RequestMetrics: Sendable {
    private let requests: Metrics.Counter
    private let seconds: Metrics.Histogram

    init(_ metrics: Metrics) {
        requests = metrics.counter(
            "hawser_http_requests_total",
            help: "Requests by method and status.",
            labels: ["method", "status"]
        )
        seconds = metrics.histogram(
            "hawser_http_request_seconds",
            help: "Time from request line to last byte of the answer.",
            labels: ["method"]
        )
    }

    /// Counts one request.
    func record(_ finished: HTTPServer.Finished) {
        // Methods are the client's words; only the common ones get a series of their own.
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(finished.method)
        let method = known ? finished.method : "other"
        requests.increment(method, "\(finished.status)")
        seconds.observe(finished.seconds, method)
    }
}
