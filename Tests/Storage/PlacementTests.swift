import HawserCore
import Testing

@testable import HawserStorage

struct PlacementTests {
    func candidates(_ count: Int) -> [Placement.Candidate] { (0..<count).map { .init(id: "t\($0)") } }

    func chosen(_ key: Int, _ pieces: Int, _ candidates: [Placement.Candidate]) throws -> [String] {
        try Placement.choose(key: "c\(key)", pieces: pieces, among: candidates).targets
    }

    @Test func oneMoreTargetTakesItsShareAndNoMore() throws {
        var (moved, all) = (0, 0)
        for key in 0..<1000 {
            let before = Set(try chosen(key, 6, candidates(14)))
            let after = Set(try chosen(key, 6, candidates(15)))
            #expect(after.subtracting(before).isSubset(of: ["t14"]), "only the new one takes anything over")
            moved += after.subtracting(before).count
            all += 6
        }
        let share = Double(moved) / Double(all)
        #expect((0.8 / 15...1.2 / 15).contains(share), "\(share)")
    }

    @Test func sharesAreLikeWeights() throws {
        var all = candidates(6)
        all[0].weight = 2
        all[1].weight = 0
        var counts: [String: Int] = [:]
        for key in 0..<6000 { counts[try chosen(key, 1, all)[0], default: 0] += 1 }
        #expect((1800...2200).contains(counts["t0"] ?? 0), "\(counts)")
        #expect(counts["t1"] == nil)
        for id in ["t2", "t3", "t4", "t5"] { #expect((850...1150).contains(counts[id] ?? 0), "\(counts)") }
    }

    @Test func zonesFirst() throws {
        var all = candidates(9)
        for number in all.indices { all[number].zone = "z\(number % 3)" }
        for key in 0..<100 {
            let targets = try chosen(key, 6, all)
            #expect(Set(targets).count == 6)
            func zones(_ targets: some Sequence<String>) -> [String?] {
                targets.map { id in all.first { $0.id == id }?.zone }
            }
            #expect(Set(zones(targets.prefix(3))).count == 3)
            #expect(Set(zones(targets.dropFirst(3))).count == 3)
        }
    }

    @Test func spares() throws {
        func spares(_ pieces: Int, _ targets: Int) throws -> Int {
            let choice = try Placement.choose(key: "c", pieces: pieces, among: candidates(targets))
            #expect(Set(choice.targets + choice.spares).count == choice.targets.count + choice.spares.count)
            return choice.spares.count
        }
        #expect(try spares(3, 3) == 0)
        #expect(try spares(3, 5) == 2)
        #expect(try spares(3, 100) == 3)
        #expect(try spares(12, 100) == 10)
    }

    @Test func whoTakesNothingIsLeftOut() throws {
        var all = candidates(5)
        all[0].isOpen = false
        all[1].freeSpace = 100 + Placement.reserve - 1
        all[2].freeSpace = 100 + Placement.reserve
        for key in 0..<50 {
            let choice = try Placement.choose(key: "\(key)", pieces: 3, bytes: 100, among: all)
            #expect(Set(choice.targets) == ["t2", "t3", "t4"])
        }
        #expect(throws: StorageError.self) { try Placement.choose(key: "c", pieces: 4, bytes: 100, among: all) }
    }
}
