import HawserCore

extension Compute {
    /// What the project may have and has, as of the moment.
    ///
    /// - Throws: `CloudError`.
    public func quotas() async throws -> [CloudQuota] {
        let answer = try await session.send(call("GET", "/limits"))
        return try answer.reading {
            let limits = try CloudFields(answer.body, at: "body").fields("limits").fields("absolute")
            return try [
                ("instances", "maxTotalInstances", "totalInstancesUsed"),
                ("cores", "maxTotalCores", "totalCoresUsed"),
                ("ram_mib", "maxTotalRAMSize", "totalRAMUsed"),
            ].compactMap { try CloudQuota($0, limits, limit: $1, used: $2) }
        }
    }
}
