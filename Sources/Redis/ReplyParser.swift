import CHiredis

/// Turns bytes from the socket into values, by hiredis' reader with functions of ours that build Swift values directly.
///
/// `@unchecked Sendable` is safe because only the loop's thread uses it, after the connection handed it over there.
final class ReplyParser: @unchecked Sendable {
    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    /// Arrays that wait for more elements, the outermost first.
    private var open: [(elements: [RedisValue], missing: Int)] = []
    private var result: RedisValue?

    /// Fails when there is no memory for a reader.
    init?() {
        functions = .allocate(capacity: 1)
        functions.initialize(
            to: redisReplyObjectFunctions(
                createString: { task, text, length in
                    ReplyParser.add(task) { ReplyParser.string(type: $0, text, length) }
                },
                createArray: { task, count in ReplyParser.beginArray(task, count) },
                createInteger: { task, value in ReplyParser.add(task) { _ in .integer(value) } },
                createNil: { task in ReplyParser.add(task) { _ in .null } },
                freeObject: { _ in }
            )
        )
        guard let reader = redisReaderCreateWithFunctions(functions) else {
            functions.deallocate()
            return nil
        }
        self.reader = reader
        // Unused buffer that the reader keeps; its own 16 KiB would be freed and allocated with every larger reply.
        reader.pointee.maxbuf = 1 << 20
        reader.pointee.privdata = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        redisReaderFree(reader)
        functions.deallocate()
    }

    /// Takes bytes and appends the replies which are complete.
    ///
    /// - Throws: `RedisUnavailable` when the bytes are not Redis' protocol.
    func feed(_ bytes: UnsafeRawBufferPointer, into replies: inout [RedisValue]) throws {
        var rest = bytes
        while !rest.isEmpty {
            // The reader moves its buffer after every reply; small portions keep that cheap.
            let portion = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 14))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(portion.count))
            let start = portion.bindMemory(to: CChar.self).baseAddress
            guard redisReaderFeed(reader, start, portion.count) == REDIS_OK else { throw failure }
            while true {
                var mark: UnsafeMutableRawPointer?
                guard redisReaderGetReply(reader, &mark) == REDIS_OK else { throw failure }
                guard mark != nil, let result else { break }
                replies.append(result)
                self.result = nil
            }
        }
    }

    private var failure: RedisUnavailable {
        let text = withUnsafeBytes(of: reader.pointee.errstr) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return RedisUnavailable(.connectionLost, cause: "bad reply: \(text)")
    }

    private func add(_ value: RedisValue) {
        var value = value
        while let index = open.indices.last {
            open[index].elements.append(value)
            open[index].missing -= 1
            guard open[index].missing == 0 else { return }
            value = .array(open.removeLast().elements)
        }
        result = value
    }

    /// Adds a value and answers hiredis with a pointer that is not null, which it takes for "made".
    private static func add(
        _ task: UnsafePointer<redisReadTask>?,
        _ value: (Int32) -> RedisValue
    ) -> UnsafeMutableRawPointer? {
        guard let task, let context = task.pointee.privdata else { return nil }
        Unmanaged<ReplyParser>.fromOpaque(context).takeUnretainedValue().add(value(task.pointee.type))
        return context
    }

    private static func beginArray(_ task: UnsafePointer<redisReadTask>?, _ count: Int32) -> UnsafeMutableRawPointer? {
        guard count > 0 else { return add(task) { _ in .array([]) } }
        guard let context = task?.pointee.privdata else { return nil }
        let parser = Unmanaged<ReplyParser>.fromOpaque(context).takeUnretainedValue()
        var elements: [RedisValue] = []
        // A server's word for it is not enough to take gigabytes at once.
        elements.reserveCapacity(min(Int(count), 1 << 16))
        parser.open.append((elements, Int(count)))
        return context
    }

    private static func string(type: Int32, _ text: UnsafeMutablePointer<CChar>?, _ length: Int) -> RedisValue {
        let bytes = UnsafeRawBufferPointer(start: text, count: length)
        return switch type {
        case REDIS_REPLY_STATUS: .status(String(decoding: bytes, as: UTF8.self))
        case REDIS_REPLY_ERROR: .error(String(decoding: bytes, as: UTF8.self))
        default: .bytes([UInt8](bytes))
        }
    }
}
