import Foundation
import HawserCore
import HawserMetadata
import HawserTestSupport
import Testing

/// A dev with a directory to import from and a real mail server, shared by the tests of the file store.
struct StoreDev: Sendable {
    static let shared = Task { try await StoreDev() }

    let dev: Dev
    let mail: TestMail
    /// The directory files are imported from; each test has one of its own below it.
    let root: String
    private let directory: TestDirectory

    /// One of a test's own has settings of its own.
    init(settings: [String: String] = [:]) async throws {
        directory = try TestDirectory("import")
        // As clients see paths: without double slashes.
        root = "/" + directory.path.split(separator: "/").joined(separator: "/")
        mail = try await TestMail.start()
        let all = [
            "HAWSER_IMPORT_ROOT": directory.path, "HAWSER_SMTP_URL": mail.url, "HAWSER_MAIL_FROM": "store@example.org",
        ]
        dev = try await Dev(settings: all.merging(settings) { _, own in own })
    }

    /// A tenant that has registered, and verified its address and bought a package where that is asked for.
    func tenant(isVerified: Bool = true, package: Int64? = 1) async throws -> StoreTenant {
        let tenant = try await dev.tenant()
        let store = StoreTenant(tenant: tenant, email: "\(tenant.id)@example.org")
        try await store.does("/store/register", ["email": .string(store.email)])
        guard isVerified else { return store }
        try await store.does("/store/verifyemail", ["code": .string(try await code(for: store))])
        if let package {
            let order = try await store.does("/order/package/buy", ["id": .int(package), "quanlity": 1])
            let paid = try await dev.admin.post("/v1/orders/\(order["id"]?.string ?? "")/pay")
            guard paid.status == 200 else { throw UnexpectedAnswer(answer: paid) }
        }
        return store
    }

    /// The code in the last of so many mails.
    func code(for tenant: StoreTenant, mails count: Int = 1) async throws -> String {
        let mail = try #require(try await mail.mails(to: tenant.email, count: count).last)
        return String(try #require(mail.firstMatch(of: /verify code is ([0-9a-km-np-z]{8}),/)).output.1)
    }

    /// What a tenant has stored and moved, to the byte.
    func usage(of tenant: StoreTenant) async throws -> Usage {
        let urls = try JSON(parsing: try read("\(dev.data)/dev.json"))
        let database = try MongoDatabase(url: Secret(urls["mongo_url"]?.string ?? ""))
        return try await UsageCollection(database).of(tenant.tenant.id)
    }

    /// A new directory below the root.
    func folder() throws -> String {
        let path = "\(root)/\(UUIDv7.make())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// Writes a file.
    func write(_ bytes: [UInt8], to path: String) throws {
        let url = URL(filePath: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    /// Reads a file.
    func read(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }
}

/// A tenant of the file store.
struct StoreTenant: Sendable {
    let tenant: Tenant
    let email: String

    /// Asks for something, and answers the envelope.
    @discardableResult
    func ask(_ path: String, _ body: JSON? = nil, wait: Int? = nil) async throws -> Envelope {
        let headers = wait.map { ["Prefer": "wait=\($0)"] } ?? [:]
        let answer =
            if let body { try await tenant.client.post(path, body, headers) } else {
                try await tenant.client.get(path, headers)
            }
        return try Envelope(answer)
    }

    /// Asks for something that has to be done, and answers its data.
    @discardableResult
    func does(_ path: String, _ body: JSON? = nil) async throws -> JSON {
        let envelope = try await ask(path, body, wait: 60)
        guard envelope.code == 0 else { throw UnexpectedAnswer(answer: envelope.answer) }
        return envelope.data
    }

    /// The names in a folder of the tree, with their sizes.
    func list(_ path: String, size: Int64 = 2000) async throws -> [(name: String, size: Int64)] {
        let data = try await does("/store/list", ["path": .string(path), "pagesize": .int(size)])
        return (data.array ?? []).map { entry in
            let name = entry["filename"]?.string ?? ""
            return (String(name.split(separator: "/").last ?? ""), entry["filesize"]?.int ?? -1)
        }
    }

    /// An entry of a folder.
    func entry(_ path: String) async throws -> JSON {
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        let data = try await does("/store/list", ["path": .string("/" + parent), "pagesize": 2000])
        return try #require((data.array ?? []).first { $0["filename"]?.string == path })
    }
}

/// What seed 001 answers.
struct Envelope: Sendable {
    let answer: Answer
    let code: Int64
    let message: String
    let data: JSON

    init(_ answer: Answer) throws {
        guard let members = answer.json.object, Set(members.keys) == ["errmsg", "code", "Data"],
            let code = members["code"]?.int, let message = members["errmsg"]?.string, let data = members["Data"]
        else { throw UnexpectedAnswer(answer: answer) }
        self.answer = answer
        self.code = code
        self.message = message
        self.data = data
    }

    /// The job the answer names.
    var job: String { answer.headers["location"].map { String($0.split(separator: "/").last ?? "") } ?? "" }
}
