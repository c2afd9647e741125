import Testing

@testable import HawserCore

/// Encryption whose parts can be read without the rest.
struct SegmentedCipherTests {
    private static let length = 64
    private static let shape = SegmentShape(length: length)

    /// Seals bytes that come in pieces of random lengths.
    private func seal(
        _ plain: [UInt8],
        _ cipher: SegmentedCipher,
        pieces: ClosedRange<Int> = 0...200
    ) throws -> [UInt8] {
        var sealer = SegmentSealer(cipher)
        var sealed: [UInt8] = []
        var rest = plain[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(Int.random(in: pieces)))
            rest = rest.dropFirst(piece.count)
            sealed += try piece.withUnsafeBytes { try sealer.update($0) }
        }
        return try sealed + sealer.finish()
    }

    @Test(arguments: [0, 1, 63, 64, 65, 127, 128, 129, 640, 641, 5000])
    func sealedOpensAgain(_ size: Int) throws {
        let cipher = SegmentedCipher(shape: Self.shape)
        let plain = Crypto.randomBytes(size)
        let sealed = try seal(plain, cipher)
        #expect(Int64(sealed.count) == Self.shape.sealedSize(Int64(size)))
        #expect(Self.shape.plainSize(Int64(sealed.count)) == Int64(size))
        #expect(try cipher.open(sealed, from: 0, endsAll: true) == plain)
        #expect(try seal(plain, cipher, pieces: 1...1) == sealed, "however it comes")
        #expect(try seal(plain, cipher, pieces: 9000...9000) == sealed)
    }

    /// Segment by segment it is AES-256-GCM, which is tested with known answers, with the nonces that are promised.
    @Test func eachSegmentIsPlainGCM() throws {
        let cipher = SegmentedCipher(shape: Self.shape)
        let plain = Crypto.randomBytes(200)
        let sealed = try seal(plain, cipher)
        for number in 0..<4 {
            let nonce = [UInt8](repeating: 0, count: 10) + [UInt8(number), number == 3 ? 1 : 0]
            let text = Array(plain[(number * 64)..<min(200, number * 64 + 64)])
            let one = try Crypto.seal(text, key: cipher.key, nonce: nonce, context: [])
            #expect(Array(sealed[(number * 80)..<min(sealed.count, number * 80 + 80)]) == Array(one.dropFirst(13)))
        }
        #expect(SegmentedCipher.nonce(0x0102_0304_0506_0708, isLast: true).hex == "000000010203040506070801")
    }

    @Test func partsAreFound() throws {
        let cipher = SegmentedCipher(shape: Self.shape)
        let plain = Crypto.randomBytes(1000)
        let sealed = try seal(plain, cipher)
        for _ in 0..<200 {
            let start = Int64.random(in: 0..<1000)
            let range = start..<Int64.random(in: (start + 1)...1000)
            let segments = Self.shape.segments(of: range)
            let place = Self.shape.sealedRange(of: segments, size: 1000)
            let part = Array(sealed[Int(place.lowerBound)..<Int(place.upperBound)])
            let endsAll = segments.upperBound == Self.shape.count(1000)
            let opened = try cipher.open(part, from: segments.lowerBound, endsAll: endsAll)
            let skipped = Int(range.lowerBound - segments.lowerBound * 64)
            #expect(opened[skipped..<(skipped + range.count)] == plain[Int(start)..<Int(range.upperBound)])
            #expect(segments.count <= range.count / 64 + 2, "no more than it takes")
        }
        #expect(Self.shape.segments(of: 5..<5).isEmpty)
    }

    @Test func everyFlippedBitIsFound() throws {
        let cipher = SegmentedCipher(shape: Self.shape)
        let sealed = try seal(Crypto.randomBytes(150), cipher)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1 << UInt8.random(in: 0..<8)
            #expect(throws: CryptoError.notAuthentic) { try cipher.open(changed, from: 0, endsAll: true) }
        }
    }

    @Test func whatIsMissingOrElsewhereIsFound() throws {
        let cipher = SegmentedCipher(shape: Self.shape)
        let sealed = try seal(Crypto.randomBytes(256), cipher)
        for end in 0..<sealed.count {
            // Whole segments, too: the last one says that it is the last.
            #expect(throws: CryptoError.notAuthentic) {
                try cipher.open(Array(sealed[..<end]), from: 0, endsAll: true)
            }
        }
        let (first, second) = (Array(sealed[..<80]), Array(sealed[80..<160]))
        #expect(throws: CryptoError.notAuthentic) {
            try cipher.open(second + first + sealed[160...], from: 0, endsAll: true)
        }
        #expect(throws: CryptoError.notAuthentic) { try cipher.open(second, from: 0, endsAll: false) }
        #expect(throws: CryptoError.notAuthentic) { try cipher.open(Array(sealed[80...]), from: 0, endsAll: true) }
        #expect(throws: CryptoError.notAuthentic) { try cipher.open(sealed + first, from: 0, endsAll: true) }
        #expect(throws: CryptoError.notAuthentic) { try cipher.open(sealed, from: 0, endsAll: false) }
        #expect(throws: CryptoError.notAuthentic) {
            try SegmentedCipher(shape: Self.shape).open(sealed, from: 0, endsAll: true)
        }
        #expect(throws: CryptoError.self) { try SegmentedCipher(key: [1], shape: Self.shape) }
    }

    @Test func lengthsThatCannotBe() {
        #expect(Self.shape.plainSize(16) == 0)
        for size: Int64 in [-1, 0, 15, 80 + 1, 80 + 15] { #expect(Self.shape.plainSize(size) == nil, "\(size)") }
        #expect(Self.shape.plainSize(80 + 17) == 65)
        // An empty last segment after others: nobody writes that.
        #expect(Self.shape.plainSize(80 + 16) == nil)
        let large = SegmentShape.standard
        #expect(large.plainSize(large.sealedSize(10 << 40)) == 10 << 40)
    }
}
