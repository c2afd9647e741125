import HawserHTTP

/// Which part of a list of seed 004 is asked for.
struct IaaSPage: Sendable {
    private static let sizes = 1...1000

    /// Which page, from 1.
    let number: Int
    /// How many are on a page.
    let size: Int

    /// Reads `page_number`, from 1, and `page_size`, from 1 to 1000, else 128 (the original's limit).
    ///
    /// - Throws: `IaaSFailure` when one is something else.
    init(_ request: Request) throws {
        func number(_ name: String, _ range: ClosedRange<Int>, _ otherwise: Int) throws -> Int {
            guard let text = request.query(name), !text.isEmpty else { return otherwise }
            guard let number = Int(text), range.contains(number) else {
                let rule = "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
                throw IaaSFailure([.init(name, rule)])
            }
            return number
        }
        self.number = try number("page_number", 1...1_000_000, 1)
        size = try number("page_size", Self.sizes, 128)
    }

    /// The page of a list; empty beyond its end.
    func of<Element>(_ list: [Element]) -> ArraySlice<Element> {
        let start = min((number - 1) * size, list.count)
        return list[start..<min(start + size, list.count)]
    }

    /// How a page is asked for.
    static let parameters: [Endpoint.Parameter] = [
        .init(
            name: "page_number",
            place: .query,
            help: "Which page, from 1",
            schema: ["type": "integer", "minimum": 1, "default": 1]
        ),
        .init(
            name: "page_size",
            place: .query,
            help: "How many on a page",
            schema: ["type": "integer", "minimum": 1, "maximum": 1000, "default": 128]
        ),
    ]
}
