// swift-tools-version: 6.2
import PackageDescription

// Not MemberImportVisibility: several C modules include the same system headers, and which of them the compiler takes
// for the owner of `sockaddr` differs from build to build, so that a clean build fails now and then.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// A room: a folder of `Sources` that is a module of its own, called `Hawser` + the folder's name
/// so that no module has the name of a type in it.
func room(_ name: String, on below: [String] = [], c: [String] = [], plugins: [Target.PluginUsage] = []) -> Target {
    .target(
        name: "Hawser\(name)",
        dependencies: below.map { .byName(name: "Hawser\($0)") } + c.map { .byName(name: $0) },
        path: "Sources/\(name)",
        swiftSettings: settings,
        plugins: plugins
    )
}

/// The tests of a room, in the folder of `Tests` with the room's name; `data` are folders in it that tests read.
func tests(_ name: String, on rooms: [String], data: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: rooms.map { .byName(name: "Hawser\($0)") } + ["HawserTestSupport"],
        path: "Tests/\(name)",
        exclude: data,
        swiftSettings: settings
    )
}

let package = Package(
    name: "hawser",
    products: [
        .executable(name: "hawser", targets: ["hawser"]),
        .library(name: "HawserQueue", targets: ["HawserQueue"]),
    ],
    targets: [
        // Rooms, from the top down. Each knows only rooms below it.
        .executableTarget(
            name: "hawser",
            dependencies: [
                "HawserAPI", "HawserWorkers", "HawserBuckets", "HawserJobs", "HawserRecords", "HawserQueue",
                "HawserStorage",
                "HawserCloud",
                "HawserMetadata", "HawserHTTP", "HawserRedis", "HawserCore", "CMongoC",
            ],
            path: "Sources/hawser",
            swiftSettings: settings
        ),
        room("API", on: ["Jobs", "Buckets", "Records", "Queue", "Storage", "Cloud", "Metadata", "HTTP", "Core"]),
        room(
            "Workers",
            on: ["Jobs", "Buckets", "Records", "Queue", "Storage", "Cloud", "Metadata", "HTTP", "Core"],
            plugins: ["TypeList"]
        ),
        room("Records", on: ["Queue", "Metadata", "Core"]),
        room("Buckets", on: ["Storage", "Metadata", "Redis", "Core"]),
        room("Jobs", on: ["Queue", "Core"], plugins: ["TypeList"]),
        room("Queue", on: ["Redis", "Core"]),
        room("Storage", on: ["S3", "Metadata", "HTTP", "Core"], c: ["CISAL"]),
        room("Metadata", on: ["Core"], c: ["CMongoC"]),
        room("Cloud", on: ["Metadata", "HTTP", "Core"], c: ["CYaml", "CRabbitMQ", "COpenSSL"]),
        room("S3", on: ["HTTP", "Core"], c: ["CXML2"]),
        room("HTTP", on: ["Core"], c: ["CMicrohttpd", "CCurl"]),
        room("Redis", on: ["Core"], c: ["CHiredis", "COpenSSL"]),
        room("Core", c: ["COpenSSL"]),

        // C libraries from the system: module maps, nothing else.
        .systemLibrary(name: "CMicrohttpd", path: "Sources/CMicrohttpd"),
        .systemLibrary(name: "CISAL", path: "Sources/CISAL"),
        .systemLibrary(name: "CYaml", path: "Sources/CYaml"),
        .systemLibrary(name: "CXML2", path: "Sources/CXML2", pkgConfig: "libxml-2.0"),
        .systemLibrary(name: "CRabbitMQ", path: "Sources/CRabbitMQ", pkgConfig: "librabbitmq"),
        .systemLibrary(name: "CCurl", path: "Sources/CCurl", pkgConfig: "libcurl"),
        .systemLibrary(name: "CMongoC", path: "Sources/CMongoC", pkgConfig: "libmongoc-1.0"),
        .systemLibrary(name: "CHiredis", path: "Sources/CHiredis"),
        .systemLibrary(name: "COpenSSL", path: "Sources/COpenSSL", pkgConfig: "libssl"),

        // Writes the lists of kinds and handlers from the files that exist.
        .plugin(name: "TypeList", capability: .buildTool(), path: "Plugins/TypeList"),

        // Programs: an example of the library, and processes that tests kill.
        .executableTarget(
            name: "greet",
            dependencies: ["HawserQueue"],
            path: "Examples/Greet",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "step-probe",
            dependencies: ["HawserQueue", "HawserCore"],
            path: "Tests/StepProbe",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "store-probe",
            dependencies: ["HawserStorage", "HawserMetadata", "HawserCore"],
            path: "Tests/StoreProbe",
            swiftSettings: settings
        ),

        // The HTTP server by itself, which `ops/bench/rate` compares the API with.
        .executableTarget(
            name: "http-baseline",
            dependencies: ["HawserHTTP", "HawserCore"],
            path: "ops/bench/rate/baseline",
            swiftSettings: settings
        ),

        // The coding by itself, which `ops/bench/coding` compares with others.
        .executableTarget(
            name: "coding-bench",
            dependencies: ["HawserStorage", "HawserMetadata", "HawserCore"],
            path: "ops/bench/coding/measure",
            swiftSettings: settings
        ),

        // A worker whose jobs wait for a cloud, which `ops/bench/cloud/waiting` measures.
        .executableTarget(
            name: "waiting-jobs",
            dependencies: [
                "HawserWorkers", "HawserCloud", "HawserRecords", "HawserQueue", "HawserMetadata", "HawserHTTP",
                "HawserCore",
            ],
            path: "ops/bench/cloud/waiting-jobs",
            swiftSettings: settings
        ),

        // Starts the real servers that tests run against.
        .target(
            name: "HawserTestSupport",
            dependencies: ["HawserMetadata", "HawserRedis", "HawserCore"],
            path: "Tests/Support",
            swiftSettings: settings
        ),
        tests("Core", on: ["Core"]),
        tests("Redis", on: ["Redis", "Core"]),
        tests("HTTP", on: ["HTTP", "Core"]),
        tests("Cloud", on: ["Cloud", "Metadata", "HTTP", "Core"], data: ["Notifications"]),
        tests("Metadata", on: ["Metadata", "Core"]),
        tests("Records", on: ["Records", "Queue", "Metadata", "Core"]),
        tests("Jobs", on: ["Jobs", "Queue", "Core"]),
        tests("Workers", on: ["Workers", "Cloud", "Queue", "Redis", "Core"]),
        tests("S3", on: ["S3", "HTTP", "Core"]),
        .testTarget(
            name: "StorageTests",
            dependencies: [
                "HawserStorage", "HawserS3", "HawserMetadata", "HawserHTTP", "HawserCore", "HawserTestSupport",
                "store-probe",
            ],
            path: "Tests/Storage",
            swiftSettings: settings
        ),
        tests("Buckets", on: ["Buckets", "Storage", "Metadata", "Redis", "Core"]),
        tests("EndToEnd", on: ["Cloud", "Metadata", "HTTP", "Redis", "Core"]),
        tests("API", on: ["API", "Buckets", "Records", "Queue", "Storage", "Metadata", "HTTP", "Redis", "Core"]),
        .testTarget(
            name: "CommandLineTests",
            dependencies: ["HawserCore", "HawserRedis", "HawserTestSupport", "hawser"],
            path: "Tests/CommandLine",
            swiftSettings: settings
        ),
        .testTarget(
            name: "ChaosTests",
            dependencies: ["HawserCore", "HawserTestSupport", "hawser"],
            path: "Tests/Chaos",
            swiftSettings: settings
        ),
        .testTarget(
            name: "QueueTests",
            dependencies: ["HawserQueue", "HawserRedis", "HawserCore", "HawserTestSupport", "step-probe"],
            path: "Tests/Queue",
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
