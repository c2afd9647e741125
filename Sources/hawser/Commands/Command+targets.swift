import HawserCore
import HawserJobs
import HawserMetadata
import HawserQueue
import HawserStorage

extension Command {
    /// Looks at the targets of the store and changes them.
    static let targets = Command(
        name: "targets",
        summary: "Look at the targets of the store and change them.",
        commands: [
            Command(
                name: "ls",
                summary: "List the targets: id, state, zone, weight, free bytes, place.",
                settings: storeSettings,
                run: listTargets
            ),
            Command(
                name: "add",
                summary: "Add a directory or an S3 bucket (its URL); a file is written there, read and removed first.",
                parameters: ["ID", "PLACE"],
                options: [
                    zone, weight,
                    Option(
                        flag: "access-key",
                        unit: "KEY",
                        help: "as whom a bucket is used; the secret key is read from the standard input",
                        rule: "a text"
                    ) { !$0.isEmpty },
                    Option(
                        flag: "region",
                        unit: "REGION",
                        help: "the region of a bucket (us-east-1)",
                        rule: "a text"
                    ) { !$0.isEmpty },
                ],
                settings: storeSettings + ["HAWSER_MASTER_KEY"],
                run: addTarget
            ),
            Command(
                name: "set",
                summary: "Change a target's weight, zone or state; bytes that are there stay.",
                parameters: ["ID"],
                options: [
                    zone, weight,
                    Option(
                        flag: "state",
                        unit: "STATE",
                        help: "active, draining (nothing new) or down (neither read nor written)",
                        rule: "active, draining or down"
                    ) { TargetRecord.State(rawValue: $0) != nil },
                ],
                settings: storeSettings,
                run: setTarget
            ),
            Command(
                name: "drain",
                summary: "Move everything off a target by a job, whose id is shown.",
                parameters: ["ID"],
                settings: storeSettings,
                run: drainTarget
            ),
            Command(
                name: "scrub",
                summary: "Read every fragment of a target by a job, whose id is shown; damage is repaired.",
                parameters: ["ID"],
                options: [rate],
                settings: storeSettings,
                run: scrubTarget
            ),
            Command(
                name: "rebalance",
                summary: "Move bytes to where they would be placed today by a job, whose id is shown.",
                options: [rate],
                settings: storeSettings,
                run: rebalanceStore
            ),
            Command(
                name: "collect",
                summary: "Remove what crashes left in the store by a job, whose id is shown.",
                options: [.whole("older-than", 0...31_536_000, help: "what is older than so many seconds (3600)")],
                settings: storeSettings,
                run: collectStore
            ),
            Command(
                name: "rm",
                summary: "Forget a target that was drained.",
                parameters: ["ID"],
                settings: storeSettings,
                run: removeTarget
            ),
        ]
    )

    private static let storeSettings = ["HAWSER_DATA"] + connections
    private static let rate = Option.whole(
        "rate",
        1 << 16...1 << 40,
        help: "at most so many bytes a second (no limit)"
    )
    private static let zone = Option(
        flag: "zone",
        unit: "ZONE",
        help: "what fails together with it, such as a machine",
        rule: "a text of at most 64 characters"
    ) { $0.unicodeScalars.count <= 64 }
    private static let weight = Option(
        flag: "weight",
        unit: "WEIGHT",
        help: "how much it gets beside others, 0: nothing new (1)",
        rule: "a number from 0 to 1000000"
    ) { Double($0).map { (0...1_000_000).contains($0) } ?? false }

    @Sendable private static func listTargets(_ invocation: Invocation) async throws -> Int32 {
        for (record, space) in try await Assembly(invocation.configuration).targets().all() {
            let place =
                switch record.place {
                case .directory(let path): path
                case .bucket(let endpoint, _, let name, _, _): "\(endpoint)/\(name)"
                }
            let room = space.free.map { "\($0)" } ?? space.trouble ?? "-"
            print("\(record.id)\t\(record.state.rawValue)\t\(record.zone ?? "-")\t\(record.weight)\t\(room)\t\(place)")
        }
        return 0
    }

    @Sendable private static func addTarget(_ invocation: Invocation) async throws -> Int32 {
        let id = invocation.argument("ID")
        guard TargetRecord.isID(id) else {
            throw CommandFailure(description: "ID: \"\(id)\" is not 1 to 32 lower-case letters, digits and '-'")
        }
        let assembly = try Assembly(invocation.configuration)
        let record = TargetRecord(
            id: id,
            place: try place(invocation, of: id, assembly),
            zone: invocation.option("zone").flatMap { $0.isEmpty ? nil : $0 },
            weight: invocation.option("weight").flatMap { Double($0) } ?? 1
        )
        do {
            try await assembly.targets().add(record)
        } catch let error as MetadataError where error.isDuplicate {
            throw CommandFailure(description: "there is a target \(id)")
        } catch let error as StorageError {
            throw CommandFailure(description: "the target cannot be used: \(error)")
        }
        return 0
    }

    private static func place(
        _ invocation: Invocation,
        of id: String,
        _ assembly: Assembly
    ) throws -> TargetRecord.Place {
        let text = invocation.argument("PLACE")
        if text.hasPrefix("/") { return .directory(path: text) }
        let (endpoint, bucket) =
            text.lastIndex(of: "/").map {
                (String(text[..<$0]), String(text[text.index(after: $0)...]))
            } ?? ("", "")
        guard TargetFactory.isEndpoint(endpoint), TargetFactory.isBucket(bucket) else {
            throw CommandFailure(
                description:
                    "PLACE: \"\(text)\" is neither an absolute path nor a bucket's URL, http(s)://HOST[:PORT]/BUCKET"
            )
        }
        guard let accessKey = invocation.option("access-key") else {
            throw CommandFailure(description: "--access-key is needed for a bucket")
        }
        guard let secret = readLine(), !secret.isEmpty else {
            throw CommandFailure(description: "the secret key of the bucket is expected on the standard input")
        }
        return try TargetFactory.bucket(
            endpoint: endpoint,
            region: invocation.option("region"),
            name: bucket,
            accessKey: accessKey,
            secretKey: secret,
            of: id,
            masterKey: try assembly.masterKey()
        )
    }

    @Sendable private static func setTarget(_ invocation: Invocation) async throws -> Int32 {
        let changed = try await Assembly(invocation.configuration).targets().change(
            invocation.argument("ID"),
            state: invocation.option("state").flatMap { TargetRecord.State(rawValue: $0) },
            zone: invocation.option("zone"),
            weight: invocation.option("weight").flatMap { Double($0) }
        )
        guard changed != nil else { throw unknown(invocation) }
        return 0
    }

    @Sendable private static func drainTarget(_ invocation: Invocation) async throws -> Int32 {
        let assembly = try Assembly(invocation.configuration)
        let id = invocation.argument("ID")
        guard try await assembly.targets().beginDraining(id) else { throw unknown(invocation) }
        print(try await assembly.queues.enqueue(JobSubmission(TargetDrain.self, .init(target: id))))
        return 0
    }

    @Sendable private static func scrubTarget(_ invocation: Invocation) async throws -> Int32 {
        let assembly = try Assembly(invocation.configuration)
        let id = invocation.argument("ID")
        guard try await assembly.targets().record(id) != nil else { throw unknown(invocation) }
        let rate = invocation.whole("rate").map(Int64.init)
        let scrub = try JobSubmission(TargetScrub.self, .init(target: id, bytesPerSecond: rate))
        print(try await assembly.queues.enqueue(scrub))
        return 0
    }

    @Sendable private static func rebalanceStore(_ invocation: Invocation) async throws -> Int32 {
        let rate = invocation.whole("rate").map(Int64.init)
        let assembly = try Assembly(invocation.configuration)
        print(try await assembly.queues.enqueue(JobSubmission(StoreRebalance.self, .init(bytesPerSecond: rate))))
        return 0
    }

    @Sendable private static func collectStore(_ invocation: Invocation) async throws -> Int32 {
        let age = invocation.whole("older-than").map(Double.init) ?? StoreCollect.Arguments().olderThan
        let assembly = try Assembly(invocation.configuration)
        print(try await assembly.queues.enqueue(JobSubmission(StoreCollect.self, .init(olderThan: age))))
        return 0
    }

    @Sendable private static func removeTarget(_ invocation: Invocation) async throws -> Int32 {
        let assembly = try Assembly(invocation.configuration)
        let (targets, id) = (assembly.targets(), invocation.argument("ID"))
        guard try await targets.record(id) != nil else { throw unknown(invocation) }
        guard try await targets.forget(id, unlessNamedIn: StoredContentCollection(assembly.database)) else {
            throw CommandFailure(description: "the target \(id) is in use: drain it first")
        }
        return 0
    }

    private static func unknown(_ invocation: Invocation) -> CommandFailure {
        CommandFailure(description: "there is no target \(invocation.argument("ID"))")
    }
}
