/// A queue whose both ends cost constant time.
struct FIFO<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var count: Int { elements.count - head }
    var isEmpty: Bool { head == elements.count }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        let element = elements[head]
        elements[head] = nil
        head += 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: head <= 4096)
            head = 0
        } else if head > 1024, head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Changes the first element in its place.
    mutating func updateFirst<Result>(_ body: (inout Element) -> Result) -> Result? {
        guard head < elements.count, var element = elements[head] else { return nil }
        // Taken out while it is changed, so that arrays in it stay uniquely owned and are not copied.
        elements[head] = nil
        let result = body(&element)
        elements[head] = element
        return result
    }

    /// Takes everything out.
    mutating func drain() -> [Element] {
        let rest = elements[head...].compactMap(\.self)
        elements = []
        head = 0
        return rest
    }

    func contains(where predicate: (Element) -> Bool) -> Bool {
        elements[head...].contains { $0.map(predicate) ?? false }
    }

    func reduce<Result>(_ start: Result, _ body: (Result, Element) -> Result) -> Result {
        elements[head...].reduce(start) { result, element in
            element.map { body(result, $0) } ?? result
        }
    }
}
