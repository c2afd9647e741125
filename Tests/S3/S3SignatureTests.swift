import HawserCore
import Testing

@testable import HawserS3

/// The examples of "Signature Calculations for the Authorization Header" in Amazon's S3 API reference.
struct S3SignatureTests {
    let secret = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    let host = (name: "Host", value: "examplebucket.s3.amazonaws.com")
    let date = (name: "x-amz-date", value: "20130524T000000Z")
    let nothing = (
        name: "x-amz-content-sha256", value: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )

    func signature(
        _ path: String,
        _ query: [(name: String, value: String)] = [],
        _ more: [(name: String, value: String)] = []
    ) -> String {
        S3Signature(
            method: "GET",
            path: path,
            query: query,
            headers: [host, date, nothing] + more,
            payload: S3Signature.empty,
            time: "20130524T000000Z",
            region: "us-east-1"
        ).authorization(accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: secret)
    }

    @Test func getWithARange() {
        #expect(
            signature("/test.txt", [], [(name: "Range", value: "bytes=0-9")])
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        )
    }

    @Test func listOfABucket() {
        let value = signature("/", [(name: "prefix", value: "J"), (name: "max-keys", value: "2")])
        #expect(value.hasSuffix("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"))
    }

    @Test func queryWithoutValue() {
        let value = signature("/", [(name: "lifecycle", value: "")])
        #expect(value.hasSuffix("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"))
    }

    @Test func encoding() {
        #expect(S3Signature.encoded("a b/ü+~*%") == "a%20b%2F%C3%BC%2B~%2A%25")
        #expect(S3Signature.encoded("a b/c", keepingSlashes: true) == "a%20b/c")
        #expect(S3Signature.time(Timestamp(milliseconds: 1_369_353_600_123)) == "20130524T000000Z")
    }

    @Test(
        arguments: [
            ("http://127.0.0.1:7480", "127.0.0.1:7480"), ("https://s3.example.org/", "s3.example.org"),
            ("https://s3.example.org:443", "s3.example.org"), ("http://[::1]:80", "[::1]"),
            ("ftp://x", nil), ("http://", nil), ("http://user@host", nil), ("http://host/path", nil),
        ] as [(String, String?)]
    )
    func hosts(_ endpoint: String, _ host: String?) {
        let account = S3Account(endpoint: endpoint, region: "r", accessKey: "k", secretKey: Secret("s"))
        #expect(account.host == host)
    }
}
