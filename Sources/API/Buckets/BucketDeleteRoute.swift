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
            parameters: [.bucketID, .prefer],
            answers: [
                .init(
                    status: 200,
                    help: "The finished job; false when there is no such bucket",
                    schema: ["anyOf": [["$ref": "#/components/schemas/Job"], ["const": false]]]
                ),
                .init(
                    status: 202,
                    help: "The job",
                    schema: ["$ref": "#/components/schemas/Job"],
                    headers: ["Location"]
                ),
            ],
            problems: [400, 404]
        ) { request, caller in
            let id = try BucketDialect.bucketID(request)
            let tenant = try caller.tenantID()
            // Before the job is accepted: a request that is refused begins nothing.
            _ = try JobAnswers.preferredWait(request)
            guard let bucket = try await backend.buckets.bucket(id, tenant: tenant) else {
                return BucketDialect.answer(false)
            }
            var job = try await underWay(bucket)
            if job == nil { job = try await begin(bucket) }
            guard let job else { return BucketDialect.answer(false) }
            return try await JobAnswers(backend: backend).accepted(job, for: request).askedAgain
        }
    }

    /// The job that deletes a bucket now; nil when there is none, or it has come to nothing.
    func underWay(_ bucket: Bucket) async throws -> JobRecord? {
        guard let id = bucket.deletion.flatMap({ JobID($0) }), let job = try await backend.queues.find(id) else {
            return nil
        }
        return job.state == .failed || job.state == .cancelled ? nil : job
    }

    private func begin(_ bucket: Bucket) async throws -> JobRecord {
        let submission = try JobSubmission(
            BucketDelete.self,
            BucketDelete.Arguments(bucket: bucket.id),
            tenant: bucket.tenant
        )
        try await backend.queues.enqueue([submission])
        backend.recent.note(submission.id, of: bucket.tenant)
        do {
            try await backend.buckets.close(bucket.id, tenant: bucket.tenant, job: submission.id.text)
        } catch {
            // The job is accepted; it closes the bucket itself when it begins.
            Log("buckets").info("a bucket is closed later", ["bucket": bucket.id, "error": "\(error)"])
        }
        return JobView.accepted(submission, at: .now)
    }
}
