public import HawserQueue

/// The kinds of jobs there are; the list is made from the files in `Kinds/` when the room is built.
public enum KindList {
    /// All kinds, by name.
    public static let all: [any JobKind.Type] = everyKind.sorted { $0.name < $1.name }

    private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    /// The kind of a name; nil when there is none.
    public static func named(_ name: String) -> (any JobKind.Type)? {
        byName[name]
    }
}
