import HawserBuckets
import HawserCore
import HawserHTTP
import HawserJobs
import HawserMetadata
import HawserQueue

/// `DELETE /api/storages/bucket/{id}`, and `POST …/{id}/Delete` for clients that cannot send DELETE: a job deletes the
/// bucket and its files.
struct BucketDeleteRoute: Sendable {
    let backend: Backend

    var endpoints: [Endpoint] {
        [endpoint("DELETE", ""), endpoint("POST", "/Delete")]
    }

    private func endpoint(_ method: String, _ suffix: String) -> Endpoint {
        Endpoint(
            method: method,
            template: "\(BucketDialect.prefix)/bucket/{id}\(suffix)",
            summary: "Delete a bucket and all its files, by a job",
            access: .tenant,
            parameters: [.bucketID, .prefer, .idempotencyKey],
            answers: [
                .init(
                    status: 200,
                    help: "The finished job; false when there is no such bucket",
                    schema: ["anyOf": [["$ref": "#/components/schemas/Job"], ["const": false]]]
                ),
                .acceptedJob,
            ],
            problems: [400, 404, 422]
        ) { request, caller in
            let id = try BucketDialect.bucketID(request)
            let tenant = try caller.tenantID()
            do {
                return try await JobAnswers(backend: backend).submit(for: request) {
                    let bucket = try await backend.buckets.bucket(id, tenant: tenant)
                    if let bucket, let job = try await underWay(bucket) { return job }
                    return try await begin(id, tenant, isThere: bucket != nil, request)
                }.askedAgain
            } catch is Gone {
                return BucketDialect.answer(false)
            }
        }
    }

    /// There is no such bucket.
    private struct Gone: Error {}

    /// The job that deletes a bucket now; nil when there is none, or it has come to nothing.
    func underWay(_ bucket: Bucket) async throws -> JobRecord? {
        guard let id = bucket.deletion.flatMap({ JobID($0) }), let job = try await backend.queues.find(id) else {
            return nil
        }
        return job.state == .failed || job.state == .cancelled ? nil : job
    }

    private func begin(_ id: Int64, _ tenant: String, isThere: Bool, _ request: Request) async throws -> JobRecord {
        let submission = IdempotentSubmission(backend: backend, tenant: tenant, request: request, body: [])
        let (jobs, at) = try await submission.submit {
            // It may be gone because the same request was carried out before.
            if !isThere { throw Gone() }
        } jobs: { ids in
            let arguments = BucketDelete.Arguments(bucket: id)
            return [try JobSubmission(BucketDelete.self, arguments, tenant: tenant, id: ids?.first)]
        }
        do {
            try await backend.buckets.close(id, tenant: tenant, job: jobs[0].id.text)
        } catch {
            // The job is accepted; it closes the bucket itself when it begins.
            Log("buckets").info("a bucket is closed later", ["bucket": id, "error": "\(error)"])
        }
        return JobView.accepted(jobs[0], at: at)
    }
}
