import Foundation
import HawserCore
import Testing

@Suite("Configuration")
struct ConfigurationTests {
    /// A file with a text, gone when the test is.
    private func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
        let path = NSTemporaryDirectory() + "hawser-configuration-\(UUIDv7.make())"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    private func problem(flags: [String: String] = [:], environment: [String: String] = [:]) -> String? {
        do {
            _ = try Configuration.load(flags: flags, environment: environment)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("a program that was told nothing has the defaults of the table")
    func defaults() throws {
        let plain = try Configuration.load(environment: ["PATH": "/bin"])
        var filled = Configuration()
        for setting in Setting.all where !setting.fallback.isEmpty {
            try filled.set(setting, to: setting.fallback, from: setting.name)
        }
        for (a, b) in zip(Mirror(reflecting: plain).children, Mirror(reflecting: filled).children)
        where a.label != "given" {
            #expect("\(a.value)" == "\(b.value)", "\(a.label ?? "")")
        }
        #expect(plain.redisURL == filled.redisURL)
        #expect(plain.mongoURL == filled.mongoURL)
        #expect(plain.environment.isEmpty)
    }

    @Test("what a setting does not take is refused, never taken for nothing", arguments: Setting.all)
    func refusal(setting: Setting) {
        var configuration = Configuration()
        #expect(throws: (any Error).self, "\(setting.name)") {
            try configuration.set(setting, to: "\0", from: "a test")
        }
    }

    @Test("flag beats environment beats file beats default")
    func order() throws {
        let text = """
            # where
            HAWSER_LISTEN = 127.0.0.1:1
            HAWSER_CONCURRENCY="5"

            HAWSER_LEASE_SECONDS=0.5
            """
        try withFile(text) { path in
            let configuration = try Configuration.load(
                flags: ["HAWSER_LISTEN": "[::1]:3"],
                environment: [
                    "HAWSER_CONFIG": path, "HAWSER_LISTEN": "127.0.0.1:2", "HAWSER_CONCURRENCY": "6",
                    "HAWSER_LEASE_SECONDS": "",
                ]
            )
            #expect(configuration.listen == ListenAddress(host: "::1", port: 3))
            #expect("\(configuration.listen)" == "[::1]:3")
            #expect(configuration.concurrency == 6)
            #expect(configuration.leaseSeconds == 0.5)
            #expect(configuration.queues == ["default", "webhook", "storage", "cloud"])
            #expect(configuration.configFile == path)
            #expect(configuration.isGiven("HAWSER_LISTEN"))
            #expect(!configuration.isGiven("HAWSER_QUEUES"))
            #expect(configuration.environment["HAWSER_LISTEN"] == "[::1]:3")
        }
    }

    @Test("unknown names are named, with the nearest known one")
    func unknownNames() throws {
        #expect(
            problem(environment: ["HAWSER_LISTN": "x"])
                == "HAWSER_LISTN in the environment is not a setting of hawser; did you mean HAWSER_LISTEN?"
        )
        #expect(
            problem(environment: ["HAWSER_SOMETHING_ELSE": "x"])
                == "HAWSER_SOMETHING_ELSE in the environment is not a setting of hawser."
        )
        try withFile("HAWSER_DATA=/x\nHAWSER_REDISURL=redis://h\n") { path in
            #expect(
                problem(flags: ["HAWSER_CONFIG": path])
                    == "HAWSER_REDISURL in \(path), line 2 is not a setting of hawser; did you mean HAWSER_REDIS_URL?"
            )
        }
    }

    @Test("a file that is missing, malformed, doubled or chained is refused")
    func badFiles() throws {
        #expect(problem(flags: ["HAWSER_CONFIG": "/nowhere"]) == "The configuration file /nowhere does not exist.")
        for (text, end) in [
            ("HAWSER_DATA /x", "line 1 is not of the form NAME=value."),
            ("HAWSER_DATA=/x\nHAWSER_DATA=/y", "line 2 is given twice."),
            ("HAWSER_CONFIG=/x", "line 1 cannot name another file."),
        ] {
            try withFile(text) { path in
                #expect(problem(flags: ["HAWSER_CONFIG": path])?.hasSuffix(end) == true)
            }
        }
    }

    @Test(
        "bad values are refused with the setting's name",
        arguments: [
            ("HAWSER_LISTEN", "8080"), ("HAWSER_LISTEN", "host:70000"), ("HAWSER_LISTEN", "::1:80"),
            ("HAWSER_LISTEN", ":80"), ("HAWSER_LISTEN", "[::g]:80"), ("HAWSER_LISTEN", "a b:80"),
            ("HAWSER_WEBHOOK_ALLOW", "10.0.0.0/33"), ("HAWSER_WEBHOOK_ALLOW", "10.0.0.1/8"),
            ("HAWSER_WEBHOOK_ALLOW", "10.0.0.0/8,,"), ("HAWSER_WEBHOOK_ALLOW", "fd00::/129"),
            ("HAWSER_WEBHOOK_ALLOW", "host/8"), ("HAWSER_LEASE_SECONDS", "0"), ("HAWSER_LEASE_SECONDS", "3601"),
            ("HAWSER_LEASE_SECONDS", "nan"), ("HAWSER_LEASE_SECONDS", "0x10"), ("HAWSER_LEASE_SECONDS", "-1"),
            ("HAWSER_CONCURRENCY", "0"), ("HAWSER_CONCURRENCY", "2.5"), ("HAWSER_QUEUES", "a,,b"),
            ("HAWSER_QUEUES", "a b"), ("HAWSER_QUEUES", "a{b}"), ("HAWSER_QUEUES", "-a"), ("HAWSER_QUEUES", "Default"),
            ("HAWSER_LOG_LEVEL", "loud"),
            ("HAWSER_MAX_BODY_BYTES", "16MiB"), ("HAWSER_SESSION_SECONDS", "soon"),
            ("HAWSER_CALLBACK_WAIT_SECONDS", "601"), ("HAWSER_PLATFORM_CACHE_SECONDS", "301"),
        ]
    )
    func badValues(name: String, value: String) throws {
        let sentence = try #require(problem(environment: [name: value]))
        #expect(sentence.hasPrefix("\(name) in the environment: \"\(value)\" is not "))
        #expect(sentence.hasSuffix("."))
        #expect(!sentence.contains("\n"))
    }

    @Test(
        "a bad secret is refused without showing it",
        arguments: [
            ("HAWSER_MASTER_KEY", "deadbeef"), ("HAWSER_ADMIN_KEY", "dead beef"),
            ("HAWSER_REDIS_URL", "http://:deadbeef@h"), ("HAWSER_MONGO_URL", "deadbeef"),
            ("HAWSER_PLATFORM_URL", "https://deadbeef@h"), ("HAWSER_PLATFORM_URL", "ftp://deadbeef"),
            ("HAWSER_PLATFORM_SECRET", "whsec_deadbeef"), ("HAWSER_PLATFORM_SECRET", "deadbeef!"),
        ]
    )
    func badSecrets(name: String, value: String) throws {
        let sentence = try #require(problem(flags: [name: value]))
        #expect(sentence.hasPrefix("--\(Setting.named(name)?.flag ?? ""): its value is not "))
        #expect(!sentence.contains("beef"))
    }

    @Test("the platform's address and secret are nothing without each other")
    func platform() throws {
        let secret = "whsec_" + Data(repeating: 0xAB, count: 24).base64EncodedString()
        let (url, text) = (["HAWSER_PLATFORM_URL": "http://h:1/x"], ["HAWSER_PLATFORM_SECRET": secret])
        #expect(problem(environment: url) == "HAWSER_PLATFORM_URL needs HAWSER_PLATFORM_SECRET beside it.")
        #expect(problem(environment: text) == "HAWSER_PLATFORM_SECRET needs HAWSER_PLATFORM_URL beside it.")
        let configuration = try Configuration.load(flags: url, environment: text)
        #expect(configuration.platformSecret?.text.revealed == secret)
        var dumped = ""
        dump(configuration, to: &dumped)
        // Nor as the bytes it stands for.
        #expect(!dumped.contains(secret) && !dumped.contains("171"))
    }

    @Test("the master key has one form, however it was given")
    func masterKey() throws {
        let hexadecimal = String(repeating: "AB", count: 32)
        let base64 = Data(repeating: 0xAB, count: 32).base64EncodedString()
        for text in [hexadecimal, base64] {
            let configuration = try Configuration.load(environment: ["HAWSER_MASTER_KEY": text])
            #expect(configuration.masterKey?.revealed == hexadecimal.lowercased())
        }
    }

    @Test("no secret is shown when the configuration is printed")
    func printing() throws {
        let configuration = try Configuration.load(environment: [
            "HAWSER_ADMIN_KEY": "deadbeef", "HAWSER_REDIS_URL": "redis://:deadbeef@h",
        ])
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("deadbeef"))
        #expect(!"\(configuration)".contains("deadbeef"))
    }

    @Test("ranges and lists are read")
    func lists() throws {
        let configuration = try Configuration.load(environment: [
            "HAWSER_WEBHOOK_ALLOW": "127.0.0.0/8, fd00::/8,10.1.2.3", "HAWSER_QUEUES": "a, b",
        ])
        #expect(configuration.webhookAllow.map(\.prefix) == [8, 8, 32])
        #expect(configuration.webhookAllow.map(\.bytes.count) == [4, 16, 4])
        #expect(configuration.queues == ["a", "b"])
    }
}
