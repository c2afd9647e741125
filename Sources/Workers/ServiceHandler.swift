public import HawserQueue

/// A handler of this product: made of the services it works with.
///
/// Each file of `Handlers/` holds one; the list of all is made from the files when the room is built.
public protocol ServiceHandler: JobHandler {
    /// Makes the handler.
    init(_ services: Services)
}

/// The handlers there are.
public enum HandlerList {
    /// One of each.
    public static func all(_ services: Services) -> [any JobHandler] {
        everyHandler.map { $0.init(services) }
    }
}
