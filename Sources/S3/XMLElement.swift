import CXML2

/// An element of an XML document; names without their namespace.
struct XMLElement: Sendable, Equatable {
    /// The name.
    let name: String
    /// The text directly in it.
    let text: String
    /// The elements in it, in order.
    let children: [XMLElement]

    /// The first element in it of a name.
    subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

    /// All elements in it of a name.
    func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    // libxml2 wants this once, before threads use it.
    private static let isReady: Void = xmlInitParser()

    /// The outermost element of a document; nil when the bytes are none.
    ///
    /// Nothing is fetched, and no entities but XML's own five are replaced.
    init?(document bytes: [UInt8]) {
        _ = Self.isReady
        let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
        let document = bytes.withUnsafeBytes { buffer in
            xmlReadMemory(
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(clamping: buffer.count),
                nil,
                nil,
                Int32(options)
            )
        }
        guard let document else { return nil }
        defer { xmlFreeDoc(document) }
        guard let root = xmlDocGetRootElement(document) else { return nil }
        self.init(root, depth: 0)
    }

    // What S3 answers is four deep; libxml2 itself allows 256.
    private static let deepest = 32

    private init?(_ node: xmlNodePtr, depth: Int) {
        guard depth < Self.deepest else { return nil }
        var text = ""
        var children: [XMLElement] = []
        var next = node.pointee.children
        while let child = next {
            switch child.pointee.type {
            case XML_ELEMENT_NODE:
                guard let element = XMLElement(child, depth: depth + 1) else { return nil }
                children.append(element)
            case XML_TEXT_NODE, XML_CDATA_SECTION_NODE:
                if let content = child.pointee.content { text += String(cString: content) }
            default: break
            }
            next = child.pointee.next
        }
        name = String(cString: node.pointee.name)
        self.text = text
        self.children = children
    }
}
