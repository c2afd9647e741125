/// Writes commands as RESP arrays of bulk strings, one after the other into one buffer.
struct RedisEncoder {
    private(set) var bytes: [UInt8] = []
    /// How many commands are in the buffer, so how many replies will come.
    private(set) var commands = 0

    init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    /// Adds a whole command.
    mutating func append(_ command: [RedisArgument]) {
        begin(command.count)
        for argument in command { append(argument) }
    }

    /// Starts a command of that many words.
    mutating func begin(_ count: Int) {
        commands += 1
        header(UInt8(ascii: "*"), count)
    }

    /// Adds a word to the command that was begun.
    mutating func append(_ argument: RedisArgument) {
        switch argument {
        case .string(let text): append(text)
        case .bytes(let value):
            header(UInt8(ascii: "$"), value.count)
            bytes.append(contentsOf: value)
            end()
        case .data(let value):
            header(UInt8(ascii: "$"), value.count)
            bytes.append(contentsOf: value)
            end()
        case .int(let value):
            append(String(value))
        }
    }

    /// Adds a word to the command that was begun.
    mutating func append(_ text: String) {
        header(UInt8(ascii: "$"), text.utf8.count)
        bytes.append(contentsOf: text.utf8)
        end()
    }

    /// Bytes that a command needs at most, so that the buffer is allocated once.
    static func size(_ arguments: some Collection<RedisArgument>) -> Int {
        arguments.reduce(32) { sum, argument in
            switch argument {
            case .string(let text): sum + text.utf8.count + 16
            case .bytes(let value): sum + value.count + 16
            case .data(let value): sum + value.count + 16
            case .int: sum + 32
            }
        }
    }

    private mutating func header(_ mark: UInt8, _ count: Int) {
        bytes.append(mark)
        if count < 10 {
            bytes.append(48 + UInt8(count))
        } else {
            bytes.append(contentsOf: String(count).utf8)
        }
        end()
    }

    private mutating func end() {
        bytes.append(13)
        bytes.append(10)
    }
}
