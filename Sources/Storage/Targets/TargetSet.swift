import HawserCore
public import HawserMetadata

/// The targets of the store as this process knows them.
///
/// They are read from MongoDB again when they are some seconds old, and when a layout names one that is not known: another
/// process may just have added it.
public actor TargetSet {
    /// How much room there is, as far as it is known.
    public struct Space: Sendable {
        /// Bytes; nil when there is no saying.
        public let free: Int64?
        /// Why that is, when it should be known.
        public let trouble: String?
    }

    /// What reaches a target, of those that are not down.
    private struct Member {
        let record: TargetRecord
        let target: any Target
    }

    /// How long what is known about targets may be old: so long after a change others may still do as before.
    public static let age = Duration.seconds(5)
    /// How long one waits for targets to say how much room they have, before what they said last has to do.
    private static let patience = Duration.seconds(1)

    private let collection: TargetCollection
    private let make: @Sendable (TargetRecord) async throws -> any Target
    private var members: [String: Member] = [:]
    private var read: ContinuousClock.Instant?
    private let reading = SingleFlight<[TargetRecord]>()
    private var spaces: [String: Space] = [:]
    private var measured: ContinuousClock.Instant?
    private var measuring: Set<String> = []
    private var waiting: [Waiter<Void>] = []
    private let log = Log("targets")

    /// The targets of a collection.
    ///
    /// - Parameters:
    ///   - collection: where they are configured.
    ///   - make: makes what reaches a target.
    public init(
        _ collection: TargetCollection,
        make: @escaping @Sendable (TargetRecord) async throws -> any Target
    ) {
        self.collection = collection
        self.make = make
    }

    /// What reaches a target.
    ///
    /// - Throws: `StorageError.unknownTarget` when there is none of this id, or when it is down;
    ///   `MetadataUnavailable`, `MetadataError`.
    public func target(_ id: String) async throws -> any Target {
        try await refresh()
        if members[id] == nil { try await refresh(isForced: true) }
        guard let member = members[id] else { throw StorageError.unknownTarget(id) }
        return member.target
    }

    /// What reaches the targets that some layout names, those that are down left out.
    ///
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    func reachable(_ named: Set<String> = []) async throws -> [String: any Target] {
        try await refresh()
        if named.contains(where: { members[$0] == nil }) { try await refresh(isForced: true) }
        return members.mapValues(\.target)
    }

    /// The targets there are, for placing new bytes: one that failed to say how much room it has is closed.
    ///
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    func candidates() async throws -> [Placement.Candidate] {
        try await refresh()
        await measure()
        return members.values.map { member in
            let space = spaces[member.record.id]
            return Placement.Candidate(
                id: member.record.id,
                weight: member.record.weight,
                zone: member.record.zone,
                // Who has not answered yet may be slow; who does not answer in time is in trouble.
                isOpen: member.record.state == .active && space?.trouble == nil,
                freeSpace: space?.free
            )
        }.sorted { $0.id < $1.id }
    }

    /// How many targets are to take new bytes, whether they can at the moment or not.
    ///
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func activeCount() async throws -> Int {
        try await refresh()
        return members.values.count { $0.record.state == .active && $0.record.weight > 0 }
    }

    /// All targets as they are configured, with the room they have.
    ///
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func all() async throws -> [(record: TargetRecord, space: Space)] {
        let records = try await collection.list()
        try await take(records)
        measured = nil
        await measure()
        return records.map { record in
            let silent = record.state == .down ? "it is down" : "it does not answer"
            return (record, spaces[record.id] ?? Space(free: nil, trouble: silent))
        }
    }

    /// Adds a target, once a file was written to it, read and removed.
    ///
    /// - Throws: `StorageError` when that failed; `MetadataError`, kind `duplicate`, when there is one of its id;
    ///   `MetadataUnavailable`.
    public func add(_ record: TargetRecord) async throws {
        try await probe(try await make(record))
        try await collection.insert(record)
        read = nil
    }

    /// Adds the first targets of a new store: directories `targets/00` and so on below `HAWSER_DATA`.
    ///
    /// - Parameter count: how many there are to be; one that was removed does not come back.
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func addMissing(_ count: Int) async throws {
        let records = (0..<count).map { number in
            let id = number < 10 ? "0\(number)" : "\(number)"
            return TargetRecord(id: id, place: .directory(path: "targets/\(id)"))
        }
        if try await collection.insertUnused(records) > 0 { read = nil }
    }

    /// Changes what is given of a target.
    ///
    /// - Returns: the target as it is now; nil when there is none.
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func change(
        _ id: String,
        state: TargetRecord.State? = nil,
        zone: String? = nil,
        weight: Double? = nil
    ) async throws -> TargetRecord? {
        let changed = try await collection.change(id, state: state, zone: zone, weight: weight)
        read = nil
        return changed
    }

    /// A target as it is configured, if there is one.
    ///
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func record(_ id: String) async throws -> TargetRecord? {
        try await collection.find(id)
    }

    /// Has a target take nothing new; one that is down stays so.
    ///
    /// - Returns: whether there is such a target.
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func beginDraining(_ id: String) async throws -> Bool {
        guard let record = try await collection.find(id) else { return false }
        // Another process may have closed it, of which this one knows nothing yet.
        read = nil
        guard record.state == .active else { return true }
        return try await change(id, state: .draining) != nil
    }

    /// Forgets a target that takes nothing new and keeps nothing any more; files the store does not name stay there.
    ///
    /// - Returns: false when it is in use.
    /// - Throws: `MetadataUnavailable`, `MetadataError`.
    public func forget(_ id: String, unlessNamedIn contents: StoredContentCollection) async throws -> Bool {
        guard try await collection.find(id)?.state != .active, try await contents.list(on: id, limit: 1).isEmpty else {
            return false
        }
        try await collection.remove(id)
        read = nil
        return true
    }

    private func refresh(isForced: Bool = false) async throws {
        if !isForced, let read, read.duration(to: .now) < Self.age { return }
        do {
            try await take(try await reading.run { [collection] in try await collection.list() })
        } catch {
            // Old knowledge beats none: bytes can be read while MongoDB is away for a moment.
            guard !members.isEmpty else { throw error }
            log.warning("the targets could not be read again", ["error": "\(error)"])
            read = .now
        }
    }

    private func take(_ records: [TargetRecord]) async throws {
        var known: [String: Member] = [:]
        for record in records where record.state != .down {
            if let member = members[record.id], member.record.place == record.place {
                known[record.id] = Member(record: record, target: member.target)
                continue
            }
            do {
                known[record.id] = Member(record: record, target: try await make(record))
            } catch {
                log.error("a target cannot be used", ["target": record.id, "error": "\(error)"])
            }
        }
        members = known
        read = .now
    }

    /// Asks the targets how much room they have, if the last answers are old.
    private func measure() async {
        if let measured, measured.duration(to: .now) < Self.age { return }
        let asked = members.values.filter { !measuring.contains($0.record.id) }.map(\.target)
        for target in asked {
            measuring.insert(target.id)
            Task {
                let space: Space
                do {
                    space = Space(free: try await target.freeSpace(), trouble: nil)
                } catch {
                    space = Space(free: nil, trouble: "\(error)")
                }
                note(space, of: target.id)
            }
        }
        guard !measuring.isEmpty else { return measured = .now }
        let waiter = Waiter<Void>()
        waiting.append(waiter)
        do {
            try await waiter.value(within: Self.patience, else: .success(()))
        } catch {
            return
        }
        measured = .now
    }

    private func note(_ space: Space, of target: String) {
        measuring.remove(target)
        spaces[target] = space
        guard measuring.isEmpty else { return }
        for waiter in waiting { waiter.resume(with: .success(())) }
        waiting = []
    }

    private func probe(_ target: any Target) async throws {
        let unique = Crypto.randomBytes(8).hex
        let name = "\(unique.prefix(2))/probe.\(unique)"
        let bytes = Array("hawser \(unique)".utf8)
        let sink = try await target.begin(name, size: Int64(bytes.count))
        do {
            try await sink.write(MemorySlice(bytes))
            try await sink.finish()
        } catch {
            await sink.abort()
            throw error
        }
        let found = try await target.open(name).read(at: 0, count: bytes.count)
        try await target.remove(name)
        guard found == bytes else {
            throw StorageError.badTarget(target: target.id, reason: "it does not give back what is written to it")
        }
    }
}
