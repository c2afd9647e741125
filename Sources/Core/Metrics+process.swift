import Foundation

extension Metrics {
    /// Adds what every process tells: memory, processor time, open files and when it started, from `/proc`.
    ///
    /// The names are those Prometheus' client libraries use.
    public func registerProcess() {
        gauge("process_resident_memory_bytes", help: "Resident memory size in bytes.") {
            Self.pages("/proc/self/statm", field: 1).map { [Sample($0 * Double(sysconf(Int32(_SC_PAGESIZE))))] } ?? []
        }
        gauge("process_cpu_seconds_total", help: "Total user and system CPU time spent in seconds.") {
            // utime and stime are the fields 14 and 15 of /proc/PID/stat (proc(5)), in clock ticks.
            guard let user = Self.stat(14), let system = Self.stat(15) else { return [] }
            return [Sample((user + system) / Self.ticksPerSecond)]
        }
        gauge("process_open_fds", help: "Number of open file descriptors.") {
            (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map {
                // One of them is the directory being read.
                [Sample(Double(max(0, $0.count - 1)))]
            } ?? []
        }
        let start = Self.startTime()
        gauge("process_start_time_seconds", help: "Start time of the process since unix epoch in seconds.") {
            start.map { [Sample($0)] } ?? []
        }
    }

    private static var ticksPerSecond: Double { Double(sysconf(Int32(_SC_CLK_TCK))) }

    private static func pages(_ path: String, field: Int) -> Double? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        let fields = text.split(separator: " ")
        return field < fields.count ? Double(fields[field]) : nil
    }

    /// A field of /proc/self/stat by its number in proc(5); those after the command, which may hold spaces.
    private static func stat(_ number: Int) -> Double? {
        guard let text = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        // The first field after the command is number 3.
        return number - 3 < fields.count ? Double(fields[number - 3]) : nil
    }

    /// When the process started: the machine's start (`btime`) plus field 22, `starttime` in clock ticks.
    private static func startTime() -> Double? {
        guard let ticks = stat(22), let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("btime ") }),
            let boot = Double(line.dropFirst("btime ".count))
        else { return nil }
        return boot + ticks / ticksPerSecond
    }
}
