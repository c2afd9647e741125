import Synchronization

extension Metrics {
    /// Counts of measured numbers by size, for each combination of label values.
    public final class Histogram: Family {
        /// Bounds in seconds for latencies, from a local round trip to a minute.
        public static let seconds: [Double] = [
            0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
        ]

        let kind = Kind.histogram
        let help: String
        let labels: [String]
        private let buckets: [Double]
        private let series = Mutex<[[String]: Series]>([:])

        init(help: String, buckets: [Double], labels: [String]) {
            self.help = help
            self.buckets = buckets
            self.labels = labels
            if labels.isEmpty { series.withLock { $0[[]] = Series(buckets: buckets) } }
        }

        /// The counts for these label values; keep it where it is used often.
        public func with(_ labelValues: String...) -> Series {
            one(labelValues)
        }

        /// Counts one measured number for these label values.
        public func observe(_ value: Double, _ labelValues: String...) {
            one(labelValues).observe(value)
        }

        private func one(_ labelValues: [String]) -> Series {
            precondition(labelValues.count == labels.count, "a value for each of the labels \(labels)")
            return series.withLock { all in
                if let series = all[labelValues] { return series }
                let series = Series(buckets: buckets)
                all[labelValues] = series
                return series
            }
        }

        func write(_ name: String, to text: inout String) {
            let all = series.withLock { $0 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            for (values, series) in all {
                let (counts, sum) = series.snapshot
                var total: UInt64 = 0
                for (index, count) in counts.enumerated() {
                    total += count
                    let bound = index < buckets.count ? Metrics.number(buckets[index]) : "+Inf"
                    text += "\(name)_bucket\(Metrics.labels(labels, values, and: "le=\"\(bound)\"")) \(total)\n"
                }
                let labels = Metrics.labels(labels, values)
                text += "\(name)_sum\(labels) \(Metrics.number(sum))\n\(name)_count\(labels) \(total)\n"
            }
        }
    }

    /// The counts of a histogram for one combination of label values.
    public final class Series: Sendable {
        private struct State {
            var counts: [UInt64]
            var sum = 0.0
        }

        private let buckets: [Double]
        private let state: Mutex<State>

        init(buckets: [Double]) {
            self.buckets = buckets
            state = Mutex(State(counts: Array(repeating: 0, count: buckets.count + 1)))
        }

        /// Counts one measured number.
        public func observe(_ value: Double) {
            let index = buckets.firstIndex { value <= $0 } ?? buckets.count
            state.withLock { state in
                state.counts[index] += 1
                state.sum += value
            }
        }

        var snapshot: (counts: [UInt64], sum: Double) {
            state.withLock { ($0.counts, $0.sum) }
        }
    }
}
