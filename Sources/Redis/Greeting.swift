import HawserCore

/// What is said on a new connection before any call: login, database, name, scripts.
struct Greeting {
    enum End {
        case welcome
        case refused(String)
    }

    private(set) var bytes: [UInt8] = []
    private var needed = 0
    private var replies = 0
    private var expected = 0
    private var refusal: String?

    init() {}

    init(address: RedisAddress, options: RedisOptions, scripts: [String]) {
        var encoder = RedisEncoder()
        if let password = address.password {
            let user: [RedisArgument] = address.user.map { [.string($0)] } ?? []
            encoder.append(["AUTH"] + user + [.string(password.revealed)])
        }
        // PING shows that the server serves: it is refused while data is loaded and without login.
        encoder.append(["PING"])
        if address.database != 0 { encoder.append(["SELECT", .int(address.database)]) }
        needed = encoder.commands
        // The rest may be refused by an ACL and is no reason to do without Redis.
        encoder.append(["CLIENT", "SETNAME", .string(options.name)])
        for script in scripts { encoder.append(["SCRIPT", "LOAD", .string(script)]) }
        expected = encoder.commands
        bytes = encoder.bytes
    }

    /// Takes the next reply; the end when it was the last.
    mutating func take(_ reply: RedisValue) -> End? {
        replies += 1
        if replies <= needed, refusal == nil, case .error(let message) = reply { refusal = message }
        guard replies == expected else { return nil }
        return refusal.map { .refused($0) } ?? .welcome
    }
}
