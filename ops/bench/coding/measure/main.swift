import Foundation
import HawserCore
import HawserMetadata
import HawserStorage
import Synchronization

// Measures the coding by itself and the whole way of a file onto targets and back; prints a line of JSON.
//
//   coding-bench memory K M CELL THREADS SECONDS
//   coding-bench file K M CELL THREADS SIZE DIRECTORY

struct UsageError: Error {}

/// Memory that threads write to, each to a part of its own, and that lives as long as the process.
final class Fragments: @unchecked Sendable {
    private let memory: UnsafeMutableRawPointer
    private let stride: Int
    let stripes: Int
    private let cell: Int

    /// Room for stripes of 32 MiB in all, more than the caches close to a core hold, laid out as in a fragment's file.
    init(fragments: Int, cell: Int) throws {
        self.cell = cell
        stripes = max(1, (32 << 20) / fragments / cell)
        stride = 128 + stripes * (cell + 64)
        memory = .allocate(byteCount: stride * fragments, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 1, count: stride * fragments)
        for offset in Swift.stride(from: 0, to: stride * fragments, by: 8192) {
            memory.storeBytes(of: UInt64.random(in: 0 ... .max), toByteOffset: offset & ~7, as: UInt64.self)
        }
    }

    func cell(_ fragment: Int, _ stripe: Int) -> UnsafeMutablePointer<UInt8>? {
        (memory + fragment * stride + 128 + stripe * (cell + 64)).assumingMemoryBound(to: UInt8.self)
    }
}

/// The time this thread has run so far, in seconds.
func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// How many bytes of data a second of each thread's own time the threads get through together.
func rate(_ recipe: ErasureCode.Recipe, _ k: Int, _ cell: Int, from: [Int], into: [Int], threads: Int, seconds: Double)
    throws -> Double
{
    let done = Mutex<[Double]>([])
    let group = DispatchGroup()
    for _ in 0..<threads {
        let fragments = try Fragments(fragments: from.count + into.count, cell: cell)
        group.enter()
        Thread {
            let started = processorTime()
            var bytes = 0
            while processorTime() - started < seconds {
                for stripe in 0..<fragments.stripes {
                    var sources = from.indices.map { fragments.cell($0, stripe) }
                    var results = into.indices.map { fragments.cell(from.count + $0, stripe) }
                    recipe.run(length: cell, from: &sources, into: &results)
                    bytes += k * cell
                }
            }
            let rate = Double(bytes) / (processorTime() - started)
            done.withLock { $0.append(rate) }
            group.leave()
        }.start()
    }
    group.wait()
    return done.withLock { $0.reduce(0, +) }
}

func memory(_ k: Int, _ m: Int, _ cell: Int, _ threads: Int, _ seconds: Double) throws -> JSON {
    let code = try ErasureCode(k: k, m: m)
    let data = Array(0..<k)
    let parity = Array(k..<(k + m))
    let encode = try rate(
        code.recipe(from: data, making: parity),
        k,
        cell,
        from: data,
        into: parity,
        threads: threads,
        seconds: seconds
    )
    // As many data fragments lost as can be.
    let lost = Array(0..<min(k, m))
    let sources = Array((lost.count..<(k + m)).prefix(k))
    let decode = try rate(
        code.recipe(from: sources, making: lost),
        k,
        cell,
        from: sources,
        into: lost,
        threads: threads,
        seconds: seconds
    )
    return ["encode": .double(encode / 1e6), "decode": .double(decode / 1e6)]
}

func readAll(_ layout: CodedLayout, _ targets: [String: DirectoryTarget]) async throws -> String {
    var digest = DigestStream(.sha256)
    for try await chunk in CodedReader(layout, targets: { targets[$0] }) { digest.update(chunk) }
    return digest.finish().hex
}

func peakMemory() throws -> Double {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? ""
    return Double(line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0) / 1024
}

func file(_ k: Int, _ m: Int, _ cell: Int, _ threads: Int, _ size: Int64, _ directory: String) async throws -> JSON {
    let base = "\(directory)/coding-bench-\(getpid())"
    try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: base) }
    let path = "\(base)/staged"
    guard FileManager.default.createFile(atPath: path, contents: nil) else { throw UsageError() }
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    var digest = DigestStream(.sha256)
    var rest = size
    while rest > 0 {
        let bytes = Crypto.randomBytes(Int(min(rest, 1 << 20)))
        digest.update(bytes)
        try handle.write(contentsOf: Data(bytes))
        rest -= Int64(bytes.count)
    }
    try handle.synchronize()
    let sha256 = digest.finish().hex
    let targets = try (0..<(k + m)).map { try DirectoryTarget(id: "t\($0)", directory: "\(base)/t\($0)") }
    let byID = Dictionary(uniqueKeysWithValues: targets.map { ($0.id, $0) })
    func rate(_ body: () async throws -> Void) async throws -> JSON {
        let started = ContinuousClock.now
        try await body()
        return .double(Double(size) / ((ContinuousClock.now - started) / .seconds(1)) / 1e6)
    }
    var layout: CodedLayout?
    let request = ContentEncoder.Request(
        content: "bench",
        path: path,
        size: size,
        sha256: sha256,
        k: k,
        m: m,
        cell: cell
    )
    let encode = try await rate {
        layout = try await ContentEncoder(threads: CodingThreads(count: threads)).encode(request) { _ in targets }
    }
    let encoderMemory = try peakMemory()
    guard let layout else { throw UsageError() }
    let read = try await rate { guard try await readAll(layout, byID) == sha256 else { throw UsageError() } }
    for index in 0..<m { try FileManager.default.removeItem(atPath: "\(base)/t\(index)") }
    let degraded = try await rate { guard try await readAll(layout, byID) == sha256 else { throw UsageError() } }
    return [
        "encode": encode, "read": read, "degraded": degraded, "encode_memory": .double(encoderMemory),
        "memory": .double(try peakMemory()),
    ]
}

let arguments = Array(CommandLine.arguments.dropFirst())
let numbers = arguments.dropFirst().prefix(5).compactMap { Int($0) }
switch (arguments.first, numbers.count, arguments.count) {
case ("memory", 5, 6):
    print(try memory(numbers[0], numbers[1], numbers[2], numbers[3], Double(numbers[4])).text)
case ("file", 5, 7):
    let result = try await file(numbers[0], numbers[1], numbers[2], numbers[3], Int64(numbers[4]), arguments[6])
    print(result.text)
default:
    FileHandle.standardError.write(Data("coding-bench memory|file K M CELL THREADS SECONDS|SIZE [DIRECTORY]\n".utf8))
    exit(2)
}
