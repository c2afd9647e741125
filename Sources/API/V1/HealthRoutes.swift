import HawserCore
import HawserHTTP
import HawserMetadata
import HawserQueue

/// How the process and what it depends on are: `/healthz`, `/readyz`, `/metrics`, `/v1/workers`.
struct HealthRoutes: Sendable {
    let backend: Backend

    var endpoints: [Endpoint] { [healthz, readyz, metrics, workers] }

    private var healthz: Endpoint {
        Endpoint(
            method: "GET",
            template: "/healthz",
            summary: "Whether this process answers",
            access: .open,
            answers: [.init(status: 200, help: "It does", schema: ["$ref": "#/components/schemas/Health"])]
        ) { _, _ in .json(200, ["status": "ok"]) }
    }

    private var readyz: Endpoint {
        Endpoint(
            method: "GET",
            template: "/readyz",
            summary: "Whether Redis and MongoDB answer and workers are alive",
            access: .open,
            answers: [
                .init(
                    status: 200,
                    help: "Ready; status is degraded when no worker is alive",
                    schema: ["$ref": "#/components/schemas/Health"]
                ),
                .init(
                    status: 503,
                    help: "Redis or MongoDB does not answer",
                    schema: ["$ref": "#/components/schemas/Health"]
                ),
            ]
        ) { _, _ in
            async let mongo = Self.check { try await backend.database.ping() }
            let alive = try? await backend.queues.workers().count
            let (isRedisThere, workers) = (alive != nil, alive ?? 0)
            let isMongoThere = await mongo
            let isReady = isRedisThere && isMongoThere
            let status = isReady ? workers > 0 ? "ok" : "degraded" : "unavailable"
            let checks: JSON = [
                "redis": .string(isRedisThere ? "ok" : "unavailable"),
                "mongodb": .string(isMongoThere ? "ok" : "unavailable"), "workers": .int(Int64(workers)),
            ]
            var response = Response.json(isReady ? 200 : 503, ["status": .string(status), "checks": checks])
            if !isReady { response.headers["Retry-After"] = "1" }
            return response
        }
    }

    private static func check(_ body: @Sendable () async throws -> Void) async -> Bool {
        do {
            try await body()
            return true
        } catch {
            return false
        }
    }

    private var metrics: Endpoint {
        Endpoint(
            method: "GET",
            template: "/metrics",
            summary: "The numbers of this process and of the queues",
            access: .open,
            answers: [
                .init(
                    status: 200,
                    help: "Prometheus' text format",
                    type: "text/plain",
                    schema: ["type": "string"]
                )
            ]
        ) { _, _ in
            await QueueMetrics(backend: backend).refresh()
            return Response(
                status: 200,
                headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
                body: .bytes(Array(backend.metrics.text().utf8))
            )
        }
    }

    private var workers: Endpoint {
        Endpoint(
            method: "GET",
            template: "/v1/workers",
            summary: "List the workers that are alive",
            access: .admin,
            answers: [.init(status: 200, help: "The workers", schema: ["$ref": "#/components/schemas/Workers"])]
        ) { _, _ in
            let workers = try await backend.queues.workers().map { try JSON(encoding: $0) }
            return .json(200, ["workers": .array(workers)])
        }
    }
}
