import Foundation
import HawserCore
import HawserMetadata
import HawserRedis

/// The checks of Redis and MongoDB.
extension Examination {
    /// Whether Redis is there, new enough, evicts nothing and writes to disk.
    static func redis(_ configuration: Configuration) async -> [Finding] {
        do {
            let client = try RedisClient(url: configuration.redisURL.revealed)
            defer { client.close() }
            let info = fields(of: try await client.send([.string("INFO"), .string("everything")]))
            let version = info["redis_version"] ?? "unknown"
            let isNew = !version.split(separator: ".").compactMap { Int($0) }.lexicographicallyPrecedes([6, 2])
            let place = "\(client.address), version \(version)"
            var findings = [
                isNew ? Finding.ok("redis", place) : .fail("redis", "\(place); 6.2 is the oldest that will do"),
                policy(info["maxmemory_policy"] ?? "unknown"),
                info["aof_enabled"] == "1"
                    ? .ok("redis", "the append-only file is on")
                    : .warn("redis", "the append-only file is off: a restart of Redis loses jobs (appendonly yes)"),
            ]
            if info["role"] == "slave" { findings.append(.fail("redis", "it is a replica: jobs cannot be queued")) }
            let time = try await client.send([.string("TIME")]).array?.first?.int ?? 0
            let apart = abs(Double(time) - Double(Timestamp.now.milliseconds) / 1000)
            if apart > 5 { findings.append(.warn("redis", "its clock is \(Int(apart)) s apart from this machine's")) }
            return findings
        } catch {
            return [.fail("redis", "\(error)")]
        }
    }

    /// Whether MongoDB is there and a replica set.
    static func mongo(_ configuration: Configuration) async -> [Finding] {
        do {
            let database = try MongoDatabase(url: configuration.mongoURL)
            let hello = try await MongoCommand.run(#"{"hello": 1}"#, at: configuration.mongoURL)
            guard let set = hello["setName"]?.string else {
                return [.fail("mongodb", "it is no replica set; transactions need one (mongod --replSet)")]
            }
            let build = try await MongoCommand.run(#"{"buildInfo": 1}"#, at: configuration.mongoURL)
            let text = "version \(build["version"]?.string ?? "unknown"), replica set \(set)"
            guard hello["isWritablePrimary"]?.bool == true else {
                return [.fail("mongodb", "\(text), without a primary that takes writes")]
            }
            return [.ok("mongodb", "\(text), database \(database.name)")] + (await transactions(configuration))
        } catch {
            return [.fail("mongodb", "\(error)")]
        }
    }

    /// Whether what a process held in a transaction when it died is free again soon.
    private static func transactions(_ configuration: Configuration) async -> [Finding] {
        let name = "transactionLifetimeLimitSeconds"
        do {
            let question = #"{"getParameter": 1, "\#(name)": 1}"#
            let reply = try await MongoCommand.run(question, at: configuration.mongoURL)
            guard let limit = reply[name]?.int, limit > 15 else { return [] }
            return [
                .warn(
                    "mongodb",
                    "\(name) is \(limit): when a process dies in a transaction, others wait that long for what it touched; "
                        + "10 is enough (mongod --setParameter \(name)=10)"
                )
            ]
        } catch {
            // Who may not ask is not to be bothered: it is advice.
            return []
        }
    }

    private static func policy(_ policy: String) -> Finding {
        policy == "noeviction"
            ? .ok("redis", "maxmemory-policy is noeviction")
            : .fail("redis", "maxmemory-policy is \(policy): jobs may be thrown away; it must be noeviction")
    }

    /// The lines `name:value` of INFO.
    private static func fields(of reply: RedisValue) -> [String: String] {
        var fields: [String: String] = [:]
        for line in (reply.string ?? "").split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[String(line[..<colon])] = String(line[line.index(after: colon)...])
        }
        return fields
    }
}
