import HawserCloud
import HawserCore
import HawserJobs
import HawserQueue

/// A handler of a cloud job: what a cloud says becomes a code of seed 004 and a sentence for clients.
protocol CloudHandler: ServiceHandler where Kind: CloudJob {
    var services: Services { get }

    /// Makes the change, or goes on with it.
    func change(_ arguments: Kind.Arguments, in job: JobContext, _ clouds: Clouds) async throws -> JSON
}

extension CloudHandler {
    /// Runs the change and translates its errors.
    public func run(_ arguments: Kind.Arguments, in job: JobContext) async throws -> JSON {
        guard let clouds = services.clouds else {
            throw JobError.retryable("no_cloud", "this worker knows no cloud: HAWSER_CLOUDS is not set")
        }
        return try await Self.translating { try await change(arguments, in: job, clouds) }
    }

    /// Does something that asks a cloud; for undos, which the engine runs by itself.
    static func translating<Value>(
        as code: IaaSCode = Kind.failure,
        _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let error as CloudError {
            throw JobError(error, code: code)
        } catch let error as NoCloudAccount {
            throw JobError.cloud("no_cloud_account", "the tenant has no account in the cloud", .noClient, status: 403)
                .telling(["error": .string("\(error)")])
        } catch let error as CloudsFileError {
            throw JobError.cloud("no_such_region", "the cloud or region is not known", .badParameter, status: 400)
                .telling(["error": .string("\(error)")])
        }
    }

    /// A reply message of the seed with its code.
    static func reply(_ members: [String: JSON]) -> JSON {
        .object(
            members.merging([
                "code": .int(Int64(IaaSCode.ok.rawValue)), "msg": .string(IaaSCode.ok.text),
            ]) { given, _ in given }
        )
    }
}
