import Testing

@testable import HawserCore

struct CryptoTests {
    let key = [UInt8](repeating: 7, count: 32)

    @Test func randomBytesDiffer() {
        #expect(Crypto.randomBytes(0) == [])
        let many = Set((0..<1000).map { _ in Crypto.randomBytes(16) })
        #expect(many.count == 1000)
        #expect(many.allSatisfy { $0.count == 16 })
    }

    /// RFC 4231, test cases 1, 2 and 6 (a key longer than a block).
    @Test func hmacKnownAnswers() {
        #expect(
            Crypto.hmacSHA256(key: [UInt8](repeating: 0x0B, count: 20), message: "Hi There".utf8).hex
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        )
        #expect(
            Crypto.hmacSHA256(key: Array("Jefe".utf8), message: "what do ya want for nothing?".utf8).hex
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )
        #expect(
            Crypto.hmacSHA256(
                key: [UInt8](repeating: 0xAA, count: 131),
                message: "Test Using Larger Than Block-Size Key - Hash Key First".utf8
            ).hex == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        )
    }

    @Test func hmacTakesEmptyKeyAndMessage() {
        #expect(
            Crypto.hmacSHA256(key: [], message: []).hex
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        )
    }

    @Test func constantTimeEqual() {
        #expect(Crypto.constantTimeEqual([], []))
        #expect(Crypto.constantTimeEqual([1, 2, 3], [1, 2, 3]))
        #expect(!Crypto.constantTimeEqual([1, 2, 3], [1, 2, 4]))
        #expect(!Crypto.constantTimeEqual([1, 2, 3], [1, 2]))
    }

    /// RFC 5869, A.1 and A.3.
    @Test func hkdfKnownAnswers() throws {
        let key = [UInt8](repeating: 0x0B, count: 22)
        let first = try Crypto.hkdf(
            key: key,
            salt: Array(0x00...0x0C),
            info: Array(0xF0...0xF9),
            count: 42
        )
        #expect(
            first.hex
                == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        )
        #expect(
            try Crypto.hkdf(key: key, salt: [], info: [], count: 42).hex
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        )
    }

    @Test func derivedKeysDifferByLabelAndKey() throws {
        let one = try Crypto.derive(key: key, label: "sessions")
        #expect(one.count == 32)
        #expect(try one == Crypto.derive(key: key, label: "sessions"))
        #expect(try one != Crypto.derive(key: key, label: "passwords"))
        #expect(try one != Crypto.derive(key: [1], label: "sessions"))
        #expect(throws: CryptoError.self) { try Crypto.derive(key: [], label: "sessions") }
    }

    /// Test cases 14 and 16 of the GCM submission (McGrew, Viega), AES-256.
    @Test func sealKnownAnswers() throws {
        let zero = try Crypto.seal(
            [UInt8](repeating: 0, count: 16),
            key: [UInt8](repeating: 0, count: 32),
            nonce: [UInt8](repeating: 0, count: 12),
            context: []
        )
        #expect(zero.dropFirst(13).hex == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")
        let long = try Crypto.seal(
            #require(
                [UInt8](
                    hex: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
                )
            ),
            key: #require([UInt8](hex: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")),
            nonce: #require([UInt8](hex: "cafebabefacedbaddecaf888")),
            context: #require([UInt8](hex: "feedfacedeadbeeffeedfacedeadbeefabaddad2"))
        )
        #expect(long.first == 1)
        #expect(
            long.dropFirst(13).hex == "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662" + "76fc6ece0f4e1768cddf8853bb2d551b"
        )
    }

    @Test(arguments: [0, 1, 16, 1000])
    func sealedOpensAgain(_ count: Int) throws {
        let text = Crypto.randomBytes(count)
        let sealed = try Crypto.seal(text, key: key, context: "session 1")
        #expect(sealed.count == count + 29)
        #expect(try Crypto.open(sealed, key: key, context: "session 1") == text)
        #expect(try sealed != Crypto.seal(text, key: key, context: "session 1"), "the nonce is new each time")
    }

    @Test func everyChangedByteIsRefused() throws {
        let sealed = try Crypto.seal(Array("secret".utf8), key: key, context: "a")
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            let expected: CryptoError = index == 0 ? .notSealed : .notAuthentic
            #expect(throws: expected) { try Crypto.open(changed, key: key, context: "a") }
        }
        #expect(throws: CryptoError.notAuthentic) { try Crypto.open(sealed, key: key, context: "b") }
        #expect(throws: CryptoError.notAuthentic) {
            try Crypto.open(sealed, key: [UInt8](repeating: 8, count: 32), context: "a")
        }
        #expect(throws: CryptoError.notSealed) { try Crypto.open(Array(sealed.prefix(28)), key: key, context: "a") }
        #expect(throws: CryptoError.notSealed) { try Crypto.open([], key: key, context: "a") }
    }

    @Test func keysOfOtherLengthsAreRefused() {
        let short = CryptoError.keyLength(operation: "seal", bytes: 16, expected: 32)
        #expect(throws: short) { try Crypto.seal([1], key: [UInt8](repeating: 0, count: 16), context: "") }
        #expect(!"\(short)".contains("[0"))
    }
}
