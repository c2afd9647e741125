/// Finds the name somebody probably meant.
public enum NearestName {
    /// The candidate with the fewest edits from `word`; nil when none is near (a third of the letters or more differ).
    public static func find(_ word: String, among candidates: some Sequence<String>) -> String? {
        let limit = max(1, word.count / 3)
        let scored = candidates.map { (name: $0, distance: distance(word, $0)) }
        guard let best = scored.min(by: { $0.distance < $1.distance }), best.distance <= limit else { return nil }
        return best.name
    }

    /// `; did you mean X?` or a full stop, to end a sentence about an unknown name.
    public static func suggestion(for word: String, among candidates: some Sequence<String>) -> String {
        find(word, among: candidates).map { "; did you mean \($0)?" } ?? "."
    }

    /// Levenshtein's distance, without regard to case.
    private static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a.lowercased().unicodeScalars)
        let b = Array(b.lowercased().unicodeScalars)
        var row = Array(0...b.count)
        for (i, left) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, right) in b.enumerated() {
                let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (left == right ? 0 : 1))
                diagonal = row[j + 1]
                row[j + 1] = next
            }
        }
        return row[b.count]
    }
}
