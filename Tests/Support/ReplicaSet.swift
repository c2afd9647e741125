import Foundation

/// Sends `replSetInitiate` to a fresh mongod: the one command that is needed before a driver can be used.
enum ReplicaSet {
    /// Makes the server the only member of the set `rs0`; answers when the command was accepted.
    ///
    /// - Throws: `ServerError` when it was not.
    static func initiate(port: UInt16) throws {
        let member = document([int("_id", 0), string("host", "127.0.0.1:\(port)")])
        let members = element(4, "members", document([element(3, "0", member)]))
        let configuration = element(3, "replSetInitiate", document([string("_id", "rs0"), members]))
        let reply = try ask(document([configuration, string("$db", "admin")]), port: port)
        // BSON of {"ok": 1.0}.
        let ok = element(1, "ok", little(UInt64(0x3FF0_0000_0000_0000)))
        guard reply.range(of: ok) != nil else {
            throw ServerError(description: "replSetInitiate: \(String(decoding: reply, as: UTF8.self))")
        }
    }

    /// Sends a command as OP_MSG (opcode 2013, one section of kind 0) and reads the answer's bytes.
    private static func ask(_ command: Data, port: UInt16) throws -> Data {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw ServerError(description: "socket: \(errno)") }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw ServerError(description: "mongod does not take connections: \(errno)") }
        var message = little(UInt32(16 + 5 + command.count)) + little(UInt32(1)) + little(UInt32(0))
        message += little(UInt32(2013)) + little(UInt32(0)) + Data([0]) + command
        let sent = message.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard sent == message.count else { throw ServerError(description: "mongod does not take a message") }
        var reply = Data()
        var buffer = [UInt8](repeating: 0, count: 4096)
        while reply.count < 4 || reply.count < length(of: reply) {
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { throw ServerError(description: "mongod hung up") }
            reply += buffer[..<count]
        }
        return reply
    }

    private static func length(of reply: Data) -> Int {
        reply.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private static func document(_ elements: [Data]) -> Data {
        let body = elements.reduce(Data(), +)
        return little(UInt32(body.count + 5)) + body + Data([0])
    }

    private static func element(_ type: UInt8, _ name: String, _ value: Data) -> Data {
        Data([type]) + Data(name.utf8) + Data([0]) + value
    }

    private static func string(_ name: String, _ value: String) -> Data {
        element(2, name, little(UInt32(value.utf8.count + 1)) + Data(value.utf8) + Data([0]))
    }

    private static func int(_ name: String, _ value: UInt32) -> Data {
        element(16, name, little(value))
    }

    private static func little(_ value: some FixedWidthInteger) -> Data {
        withUnsafeBytes(of: value.littleEndian) { Data($0) }
    }
}
