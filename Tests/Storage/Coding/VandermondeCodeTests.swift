import HawserCore
import HawserTestSupport
import Testing

@testable import HawserStorage

/// The code of clients, against what `klauspost/reedsolomon` 1.9.13 made of the same bytes.
struct VandermondeCodeTests {
    @Test(arguments: [
        (2, 1, "6a5242399b4ff28ec9f3d8e49e2f6cc64e8ac95b"), (4, 2, "9981fc97b6d423382b452df8d62b769b07dfa928"),
        (5, 5, "de67a379f949776a124678f0c03910f00bd9c247"), (8, 4, "3dc06cf2ea333173a20cfd5220a69b0b40f72887"),
        (16, 6, "7f7b27f22935886ac564d594ddc85aa0e6f4a8f1"), (32, 8, "61911682ce95ddaed498ca7772973d09825fb684"),
        (200, 55, "70f07e6967ef63de00365d6ae3b9ca4f6ea16fba"),
    ])
    func itIsTheOriginals(k: Int, m: Int, sha1: String) throws {
        let data = (0..<k).map { i in (0..<100).map { j in UInt8(truncatingIfNeeded: i * 31 + j * 7 + i * j) } }
        let code = try ErasureCode(k: k, m: m, matrix: .vandermonde)
        let made = try ErasureCodeTests().run(code, Array(0..<k), data, Array(k..<(k + m)))
        #expect(Digest.sha1(made.joined()).hex == sha1)
        if k < 50 { #expect(ClientCode(k: k, m: m).checks(of: data) == made, "the tests' own client") }
        // Any k give back all.
        let sources = Array((0..<(k + m)).shuffled().prefix(k))
        let all = data + made
        #expect(try ErasureCodeTests().run(code, sources, sources.map { all[$0] }, Array(0..<k)) == data)
    }

    @Test func theStoresOwnIsAnother() throws {
        let data = (0..<4).map { [UInt8]("\($0)".utf8) }
        let own = try ErasureCodeTests().run(try .shared(k: 4, m: 2), Array(0..<4), data, [4, 5])
        let clients = try .shared(k: 4, m: 2, matrix: .vandermonde) as ErasureCode
        #expect(try ErasureCodeTests().run(clients, Array(0..<4), data, [4, 5]) != own)
    }
}
