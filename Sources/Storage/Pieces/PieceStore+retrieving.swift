import HawserCore
import HawserMetadata

extension PieceStore {
    /// What a client gets that wants a file.
    public enum Retrieval: Sendable {
        /// The file itself, when it is so small that the metadata keeps it.
        case data([UInt8])
        /// The parts it is to ask for, by partition: the data pieces, without the zeros that the last ones end in.
        case partitions([[Part]])
    }

    /// A part of a file, with the ticket for it.
    public struct Part: Sendable {
        /// Where it begins in the file.
        public let offset: Int64
        /// How long it is.
        public let length: Int64
        /// The ticket.
        public let ticket: PieceTickets.Ticket
    }

    /// Says how to get a file of a tenant.
    ///
    /// - Parameters:
    ///   - file: the file.
    ///   - tenant: the tenant.
    /// - Returns: the file, or tickets for its parts.
    /// - Throws: `FileStore.Refusal` 6 when there is none, 8 when it has another size; `Allowance.Refusal`; `StorageError`,
    ///   `MetadataUnavailable`, `MetadataError`.
    public func retrieve(_ file: HashedBytes, tenant: String) async throws -> Retrieval {
        try await files.allowance.check(tenant, for: .download)
        let object = try await object(file, of: tenant)
        guard let content = try await contents.find(object.content) else {
            throw StorageError.missing(target: "contents", path: object.content)
        }
        let k: Int
        switch content.layout {
        case .inline:
            let bytes = try await files.objects.open(object).reduce(into: []) { $0 += $1 }
            try await files.transfers.countDown(file.size, of: object.id, tenant: tenant)
            return .data(bytes)
        case .coded(let layout): k = layout.k
        case .staged: k = content.partial?.k ?? 1
        }
        var start: Int64 = 0
        let partitions = try LayoutPolicy.partitions(size: file.size, limit: contents.partitionLimit).map { length in
            defer { start += length }
            let piece = (length + Int64(k) - 1) / Int64(k)
            return try stride(from: 0, to: length, by: Int(piece)).map { offset in
                let count = min(piece, length - offset)
                let use = PieceTickets.Use.retrieve(offset: start + offset, length: count)
                let ticket = try tickets.issue(for: use, of: file, tenant: tenant)
                return Part(offset: start + offset, length: count, ticket: ticket)
            }
        }
        return .partitions(partitions)
    }

    /// Opens a part of a file, for whoever has the ticket, and counts what is read as moved down.
    ///
    /// - Parameters:
    ///   - offset: where the part begins.
    ///   - length: how long it is.
    ///   - file: the file.
    ///   - ticket: the ticket for just that.
    ///   - range: which bytes of the part are wanted.
    /// - Returns: the bytes.
    /// - Throws: `PieceTickets.Fault`; `FileStore.Refusal` 6 when the file is gone; `StorageError`, `MetadataUnavailable`,
    ///   `MetadataError`.
    public func open(
        offset: Int64,
        length: Int64,
        of file: HashedBytes,
        ticket: PieceTickets.Ticket,
        range: Range<Int64>
    ) async throws -> ObjectReader {
        let tenant = try tickets.check(ticket, for: .retrieve(offset: offset, length: length), of: file)
        let object = try await object(file, of: tenant)
        let wanted = range.clamped(to: 0..<length)
        let reader = try await files.objects.open(
            object,
            offset: offset + wanted.lowerBound,
            length: Int64(wanted.count)
        )
        try await files.transfers.countDown(reader.length, of: object.id, tenant: tenant)
        return reader
    }

    private func object(_ file: HashedBytes, of tenant: String) async throws -> StoredObject {
        let content = try await files.object(sha1: file.sha1, size: file.size, tenant: tenant)
        guard let object = try await files.objects.find(content.object, tenant: tenant) else {
            throw FileStore.Refusal(6, "file not exist")
        }
        return object
    }
}
