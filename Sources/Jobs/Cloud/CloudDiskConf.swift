public import HawserCore
public import HawserQueue

/// A disk as seed 004 asks for it: `{"volume_type": "", "size_in_g": 10}`.
public struct CloudDiskConf: Codable, Sendable, Equatable {
    /// The type's name; nil or empty takes the cloud's default.
    public var volumeType: String?
    /// The size; nil or 0, where it may be left out: as small as it can be.
    public var sizeGiB: Int?

    private enum CodingKeys: String, CodingKey {
        case volumeType = "volume_type"
        case sizeGiB = "size_in_g"
    }

    /// A disk.
    public init(volumeType: String? = nil, sizeGiB: Int? = nil) {
        self.volumeType = volumeType
        self.sizeGiB = sizeGiB
    }

    /// The sizes that can be asked for, in GiB: up to a PiB.
    public static let sizes = 1...1_048_576

    /// The JSON schema of a disk.
    public static let schema: JSON = [
        "type": "object", "additionalProperties": false,
        "properties": [
            "volume_type": ["type": "string", "maxLength": 255],
            "size_in_g": [
                "type": "integer", "minimum": .int(Int64(sizes.lowerBound)), "maximum": .int(Int64(sizes.upperBound)),
            ],
        ],
    ]

    /// What is wrong with the disk.
    ///
    /// - Parameters:
    ///   - path: the path to it in the arguments.
    ///   - needsSize: whether its size must be given.
    /// - Returns: what no cloud would take.
    public func problems(at path: String, needsSize: Bool = true) -> [ArgumentProblem] {
        let isSized = sizeGiB.map { Self.sizes.contains($0) || !needsSize && $0 == 0 } ?? !needsSize
        let rule = "must be a whole number of GiB from \(Self.sizes.lowerBound) to \(Self.sizes.upperBound)"
        return [
            ArgumentProblem.name("\(path).volume_type", volumeType, 0...255),
            isSized ? nil : ArgumentProblem("\(path).size_in_g", rule),
        ].compactMap { $0 }
    }
}
