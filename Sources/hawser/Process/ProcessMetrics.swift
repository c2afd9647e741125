import HawserCore
import HawserHTTP
import HawserQueue

/// The numbers of the process itself.
enum ProcessMetrics {
    static func register(_ metrics: Metrics, server: HTTPServer, queues: JobQueues) {
        metrics.registerProcess()
        metrics.gauge("hawser_http_connections", help: "Connections that are open.") {
            [.init(Double(server.connections))]
        }
        metrics.gauge("hawser_redis_commands_total", help: "Commands sent to Redis by this process.") {
            [.init(Double(queues.redisCommands))]
        }
    }
}
