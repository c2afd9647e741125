import HawserCore
import Testing

/// Known answers: RFC 1321 A.5, FIPS 180-2 B/C examples.
struct DigestTests {
    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    ])
    func md5(_ text: String, _ expected: String) {
        #expect(Digest.md5(text.utf8).hex == expected)
    }

    @Test(arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ])
    func sha1(_ text: String, _ expected: String) {
        #expect(Digest.sha1(text.utf8).hex == expected)
    }

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func sha256(_ text: String, _ expected: String) {
        #expect(Digest.sha256(text.utf8).hex == expected)
    }

    @Test(arguments: DigestAlgorithm.allCases)
    func piecesGiveTheDigestOfTheWhole(_ algorithm: DigestAlgorithm) {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var stream = DigestStream(algorithm)
        var rest = bytes[...]
        var size = 1
        while !rest.isEmpty {
            if size.isMultiple(of: 2) {
                stream.update(rest.prefix(size))
            } else {
                Array(rest.prefix(size)).withUnsafeBytes { stream.update($0) }
            }
            rest = rest.dropFirst(size)
            size = size * 3 + 1
        }
        let digest = stream.finish()
        #expect(digest == Digest.of(bytes, algorithm))
        #expect(digest.count == algorithm.byteCount)
    }

    @Test func sequencesWithoutStorageAreTakenToo() {
        #expect(Digest.sha256(AnySequence("abc".utf8)) == Digest.sha256("abc".utf8))
    }

    @Test func hexThereAndBack() {
        let all = (0...255).map { UInt8($0) }
        #expect(all.hex.hasPrefix("000102") && all.hex.hasSuffix("fdfeff"))
        #expect([UInt8](hex: all.hex) == all)
        #expect([UInt8](hex: "fF0a") == [255, 10])
        for bad in ["f", "0g", "-1", "é0"] {
            #expect([UInt8](hex: bad) == nil, "\(bad)")
        }
    }

    /// RFC 4648, section 10, and the two characters that differ.
    @Test func base64URL() {
        for (text, expected) in ["": "", "f": "Zg", "fo": "Zm8", "foo": "Zm9v", "foob": "Zm9vYg", "foobar": "Zm9vYmFy"]
        {
            #expect(Array(text.utf8).base64URL == expected)
            #expect([UInt8](base64URL: expected) == Array(text.utf8))
        }
        #expect([0xFB as UInt8, 0xFF, 0xFE].base64URL == "-__-")
        #expect([UInt8](base64URL: "-__-") == [0xFB, 0xFF, 0xFE])
        #expect([UInt8](base64URL: "Zg==") == [UInt8(ascii: "f")])
        for bad in ["+//+", "Z", "Z=g", "Zm9v!"] {
            #expect([UInt8](base64URL: bad) == nil, "\(bad)")
        }
    }
}
