import Foundation
public import HawserCore

extension Compute {
    /// What a server is to be.
    public struct ServerRequest: Sendable {
        /// A disk of a new server (`block_device_mapping_v2`).
        public struct Disk: Sendable {
            /// What a disk is made of.
            public enum Source: Sendable {
                /// A new volume with an image on it.
                case image(String)
                /// A volume that is there.
                case volume(String)
                /// A new, empty volume.
                case blank
            }

            /// What it is made of.
            public var source: Source
            /// Its size; nil takes that of the source.
            public var sizeGiB: Int?
            /// 0 for the disk to start from, nil for others.
            public var bootIndex: Int?
            /// Whether it goes when the server is deleted.
            public var deletesOnTermination: Bool
            /// The type of a new volume.
            public var volumeType: String?

            /// A disk.
            public init(
                _ source: Source,
                sizeGiB: Int? = nil,
                bootIndex: Int? = nil,
                deletesOnTermination: Bool = false,
                volumeType: String? = nil
            ) {
                self.source = source
                self.sizeGiB = sizeGiB
                self.bootIndex = bootIndex
                self.deletesOnTermination = deletesOnTermination
                self.volumeType = volumeType
            }
        }

        /// What a server is connected to.
        public enum Network: Sendable {
            /// A new port on a network, and its address when it is to have a certain one.
            case network(String, address: String? = nil)
            /// A port that is there.
            case port(String)
        }

        /// Its name.
        public var name: String
        /// The flavor's id.
        public var flavorID: String
        /// The image to start from when no disk is to start from.
        public var imageID: String?
        /// The disks.
        public var disks: [Disk] = []
        /// The networks; empty connects it to none.
        public var networks: [Network] = []
        /// The names or ids of the security groups of its new ports.
        public var securityGroups: [String] = []
        /// The availability zone.
        public var zone: String?
        /// The host name within; needs a cloud of Xena or later when set.
        public var hostName: String?
        /// The administrator's password.
        public var adminPassword: Secret?
        /// Bytes for the server's own set-up (cloud-init), at most 64 KiB in base64.
        public var userData: [UInt8]?
        /// The key pair's name.
        public var keyName: String?
        /// The metadata, at most 128 pairs of 255 characters each.
        public var metadata: [String: String] = [:]

        /// A server with a name and a flavor.
        public init(name: String, flavorID: String) {
            self.name = name
            self.flavorID = flavorID
        }
    }
}

extension Compute.ServerRequest {
    var body: JSON {
        let server = JSON.members([
            "name": .string(name),
            "flavorRef": .string(flavorID),
            "imageRef": JSON(imageID),
            "block_device_mapping_v2": disks.isEmpty ? nil : .array(disks.map(\.body)),
            // "none" must be said, or Nova takes any network of the project.
            "networks": networks.isEmpty ? "none" : .array(networks.map(\.body)),
            "security_groups": securityGroups.isEmpty
                ? nil : .array(securityGroups.map { ["name": .string($0)] }),
            "availability_zone": JSON(zone),
            "hostname": JSON(hostName),
            "adminPass": JSON(adminPassword?.revealed),
            "user_data": JSON(userData.map { Data($0).base64EncodedString() }),
            "key_name": JSON(keyName),
            "metadata": metadata.isEmpty ? nil : .textMap(metadata),
        ])
        return ["server": server]
    }
}

extension Compute.ServerRequest.Disk {
    fileprivate var body: JSON {
        let (type, id): (String, String?) =
            switch source {
            case .image(let id): ("image", id)
            case .volume(let id): ("volume", id)
            case .blank: ("blank", nil)
            }
        return .members([
            "source_type": .string(type),
            "uuid": JSON(id),
            "destination_type": "volume",
            "boot_index": .int(Int64(bootIndex ?? -1)),
            "volume_size": JSON(sizeGiB),
            "delete_on_termination": .bool(deletesOnTermination),
            "volume_type": JSON(volumeType),
        ])
    }
}

extension Compute.ServerRequest.Network {
    fileprivate var body: JSON {
        switch self {
        case .network(let id, let address): .members(["uuid": .string(id), "fixed_ip": JSON(address)])
        case .port(let id): ["port": .string(id)]
        }
    }
}
