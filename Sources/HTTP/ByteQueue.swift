/// Chunks of bytes that wait, first in, first out.
struct ByteQueue {
    private var chunks: [[UInt8]] = []
    private var head = 0
    private var offset = 0
    /// How many bytes wait.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ chunk: [UInt8]) {
        guard !chunk.isEmpty else { return }
        chunks.append(chunk)
        count += chunk.count
    }

    /// The oldest chunk.
    mutating func pop() -> [UInt8]? {
        guard head < chunks.count else { return nil }
        let chunk = offset == 0 ? chunks[head] : Array(chunks[head][offset...])
        count -= chunk.count
        advance()
        return chunk
    }

    /// Moves as many bytes as fit to the buffer.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var done = 0
        while done < buffer.count, head < chunks.count {
            let size = Swift.min(buffer.count - done, chunks[head].count - offset)
            chunks[head].withUnsafeBytes { bytes in
                let target = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<(done + size)])
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + size)]))
            }
            done += size
            offset += size
            if offset == chunks[head].count { advance() }
        }
        count -= done
        return done
    }

    mutating func removeAll() {
        chunks = []
        head = 0
        offset = 0
        count = 0
    }

    private mutating func advance() {
        chunks[head] = []
        head += 1
        offset = 0
        if head == chunks.count {
            chunks.removeAll(keepingCapacity: chunks.capacity < 64)
            head = 0
        } else if head > 64, head * 2 > chunks.count {
            chunks.removeFirst(head)
            head = 0
        }
    }
}
