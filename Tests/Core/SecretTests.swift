import HawserCore
import Testing

struct SecretTests {
    @Test func neverPrints() {
        struct Holder { var key: Secret }
        let secret = Secret("hunter2")
        var dumped = ""
        dump(Holder(key: secret), to: &dumped)
        for text in ["\(secret)", "\(Holder(key: secret))", String(reflecting: [secret]), "\([1: secret])", dumped] {
            #expect(!text.contains("hunter2"), "\(text)")
        }
        #expect(secret.revealed == "hunter2")
    }
}
