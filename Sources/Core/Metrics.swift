import Synchronization

/// The numbers a process tells about itself, in Prometheus' text format.
///
/// Register a metric once, keep what is returned, and count on it: counting is one atomic addition or one short lock
/// and never blocks on a scrape. Registering the same name again returns the same metric.
public final class Metrics: Sendable {
    /// What a metric is, as the format spells it.
    enum Kind: String {
        case counter, gauge, histogram
    }

    /// One metric with all its label values.
    protocol Family: AnyObject, Sendable {
        var kind: Kind { get }
        var help: String { get }
        var labels: [String] { get }
        /// Appends one line per value.
        func write(_ name: String, to text: inout String)
    }

    private let families = Mutex<[String: any Family]>([:])

    /// A registry without metrics.
    public init() {}

    /// A number that only grows, like requests answered.
    ///
    /// - Parameters:
    ///   - name: ends in `_total`; seconds and bytes are the units.
    ///   - help: one line about what is counted.
    ///   - labels: the names of the labels, for which values are given when counting.
    /// - Returns: the counter to count on.
    public func counter(_ name: String, help: String, labels: [String] = []) -> Counter {
        precondition(name.hasSuffix("_total"), "\(name): a counter's name ends in _total")
        return register(name, Counter(kind: .counter, help: help, labels: labels))
    }

    /// A number that is set, like connections open.
    public func gauge(_ name: String, help: String, labels: [String] = []) -> Gauge {
        register(name, Gauge(kind: .gauge, help: help, labels: labels))
    }

    /// A number that is asked for at each scrape.
    ///
    /// - Parameters:
    ///   - name: ends in `_total` exactly when the number only grows; it is shown as a counter then.
    ///   - help: one line about what is measured.
    ///   - labels: the names of the labels.
    ///   - read: the values of the labels and the number, for each there is; called on the scraping thread, so it must
    ///     not block. A later registration of the same name replaces an earlier one.
    public func gauge(
        _ name: String,
        help: String,
        labels: [String] = [],
        read: @escaping @Sendable () -> [Sample]
    ) {
        check(name, labels)
        let kind = name.hasSuffix("_total") ? Kind.counter : .gauge
        let family = Callback(kind: kind, help: help, labels: labels, read: read)
        families.withLock { $0[name] = family }
    }

    /// How often a measured number fell below each of some bounds, like latencies.
    ///
    /// - Parameters:
    ///   - name: with its unit, `_seconds` or `_bytes`.
    ///   - help: one line about what is measured.
    ///   - buckets: upper bounds, ascending; +Inf is added.
    ///   - labels: the names of the labels.
    /// - Returns: the histogram to count on.
    public func histogram(
        _ name: String,
        help: String,
        buckets: [Double] = Histogram.seconds,
        labels: [String] = []
    ) -> Histogram {
        precondition(zip(buckets, buckets.dropFirst()).allSatisfy(<), "\(name): buckets ascend")
        precondition(!labels.contains("le"), "\(name): the label le is the histogram's own")
        return register(name, Histogram(help: help, buckets: buckets, labels: labels))
    }

    /// Everything, as `text/plain; version=0.0.4`.
    public func text() -> String {
        let all = families.withLock { $0 }.sorted { $0.key < $1.key }
        var text = ""
        for (name, family) in all {
            var lines = ""
            family.write(name, to: &lines)
            guard !lines.isEmpty else { continue }
            text += "# HELP \(name) \(Self.escaped(family.help, quotes: false))\n"
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            text += lines
        }
        return text
    }

    private func register<New: Family>(_ name: String, _ family: @autoclosure () -> New) -> New {
        families.withLock { families in
            if let known = families[name] {
                guard let same = known as? New else { preconditionFailure("\(name) is registered as another type") }
                return same
            }
            let new = family()
            check(name, new.labels)
            families[name] = new
            return new
        }
    }

    private func check(_ name: String, _ labels: [String]) {
        for word in [name] + labels {
            let isPlain = word.utf8.enumerated().allSatisfy { index, byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                    true
                case UInt8(ascii: "0")...UInt8(ascii: "9"): index > 0
                default: false
                }
            }
            precondition(isPlain && !word.isEmpty, "\(word) is not a name of a metric or label")
        }
    }
}
