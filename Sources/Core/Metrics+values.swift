import Synchronization

extension Metrics {
    /// A number with the values of its metric's labels.
    public struct Sample: Sendable {
        let labels: [String]
        let value: Double

        /// A number, with a value for each label.
        public init(_ value: Double, labels: [String] = []) {
            self.labels = labels
            self.value = value
        }
    }

    /// One number that any thread may change: a `Double` in an atomic word.
    public final class Value: Sendable {
        private let bits = Atomic<UInt64>(0)

        /// The number now.
        public var now: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

        /// Replaces the number; for gauges.
        public func set(_ value: Double) {
            bits.store(value.bitPattern, ordering: .relaxed)
        }

        /// Adds to the number; a negative amount is for gauges only.
        public func add(_ amount: Double = 1) {
            var old = bits.load(ordering: .relaxed)
            while true {
                let new = (Double(bitPattern: old) + amount).bitPattern
                let (exchanged, seen) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
                if exchanged { return }
                old = seen
            }
        }
    }

    /// A metric with one number for each combination of label values; counters and gauges.
    public final class Numbers: Family {
        let kind: Kind
        let help: String
        let labels: [String]
        private let values = Mutex<[[String]: Value]>([:])

        init(kind: Kind, help: String, labels: [String]) {
            self.kind = kind
            self.help = help
            self.labels = labels
            // Without labels there is one number, and it is shown from the start.
            if labels.isEmpty { values.withLock { $0[[]] = Value() } }
        }

        /// The number for these label values; keep it where it is used often.
        public func with(_ labelValues: String...) -> Value {
            value(labelValues)
        }

        /// Adds to the number for these label values.
        public func add(_ amount: Double = 1, _ labelValues: String...) {
            value(labelValues).add(amount)
        }

        /// Adds one to the number for these label values.
        public func increment(_ labelValues: String...) {
            value(labelValues).add(1)
        }

        /// Replaces the number for these label values; for gauges.
        public func set(_ number: Double, _ labelValues: String...) {
            value(labelValues).set(number)
        }

        private func value(_ labelValues: [String]) -> Value {
            precondition(labelValues.count == labels.count, "a value for each of the labels \(labels)")
            return values.withLock { values in
                if let value = values[labelValues] { return value }
                let value = Value()
                values[labelValues] = value
                return value
            }
        }

        func write(_ name: String, to text: inout String) {
            let all = values.withLock { $0 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            for (values, value) in all {
                text += "\(name)\(Metrics.labels(labels, values)) \(Metrics.number(value.now))\n"
            }
        }
    }

    /// Numbers that only grow.
    public typealias Counter = Numbers
    /// Numbers that are set.
    public typealias Gauge = Numbers

    /// A metric whose numbers are asked for at each scrape.
    final class Callback: Family {
        let kind: Kind
        let help: String
        let labels: [String]
        private let read: @Sendable () -> [Sample]

        init(kind: Kind, help: String, labels: [String], read: @escaping @Sendable () -> [Sample]) {
            self.kind = kind
            self.help = help
            self.labels = labels
            self.read = read
        }

        func write(_ name: String, to text: inout String) {
            for sample in read() {
                text += "\(name)\(Metrics.labels(labels, sample.labels)) \(Metrics.number(sample.value))\n"
            }
        }
    }
}
