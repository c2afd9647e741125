public import HawserCore

extension Compute {
    /// A server.
    public struct Server: Sendable, Hashable, CloudModel {
        /// A fault as the cloud tells it.
        public struct Fault: Sendable, Hashable {
            /// The status of HTTP that would fit.
            public let code: Int
            /// The words.
            public let message: String
            /// More words, for administrators.
            public let details: String?
        }

        /// An address of a server.
        public struct Address: Sendable, Hashable {
            /// The network's name.
            public let network: String
            /// The address.
            public let address: String
            /// 4 or 6.
            public let version: Int
            /// Whether it is a floating one.
            public let isFloating: Bool
            /// The hardware address of the port.
            public let mac: String?
        }

        /// A server's flavor as it was when the server got it; a cloud before 2.47 tells its id only.
        public struct EmbeddedFlavor: Sendable, Hashable {
            /// The id, where the cloud tells it.
            public let id: String?
            /// The name.
            public let name: String?
            /// Virtual processors.
            public let vcpus: Int?
            /// Memory in MiB.
            public let ramMiB: Int?
            /// The system disk in GiB.
            public let diskGiB: Int?
        }

        /// The id.
        public let id: String
        /// The name.
        public let name: String
        /// One of `ACTIVE`, `BUILD`, `SHUTOFF`, `SUSPENDED`, `VERIFY_RESIZE`, `ERROR`, `DELETED` and others.
        public let status: String
        /// What is being done with it: `spawning`, `resize_finish`; nil when nothing is.
        public let taskState: String?
        /// Its state without what is being done: `active`, `stopped`.
        public let vmState: String?
        /// 1 runs, 3 paused, 4 shut down, 7 suspended; 0 not known.
        public let powerState: Int?
        /// Why its status is `ERROR`; Nova writes it a moment after the status, so that it may be nil at first.
        public let fault: Fault?
        /// The project's id.
        public let projectID: String?
        /// The user's id.
        public let userID: String?
        /// The image's id; nil when it was made from a volume.
        public let imageID: String?
        /// The flavor.
        public let flavor: EmbeddedFlavor
        /// The addresses, by network and in the cloud's order.
        public let addresses: [Address]
        /// The metadata.
        public let metadata: [String: String]
        /// The ids of the attached volumes.
        public let volumeIDs: [String]
        /// The names of the security groups.
        public let securityGroups: [String]
        /// The availability zone.
        public let zone: String?
        /// The key pair's name.
        public let keyName: String?
        /// Whether it is locked.
        public let isLocked: Bool
        /// When it was made.
        public let createdAt: Timestamp?
        /// When it changed last.
        public let updatedAt: Timestamp?
        /// When it was launched.
        public let launchedAt: Timestamp?

        init(_ fields: CloudFields) throws {
            id = try fields.text("id")
            name = try fields.optionalText("name") ?? ""
            // Of a cell that is down a list holds little but the id (2.69).
            status = try fields.optionalText("status") ?? "UNKNOWN"
            taskState = try fields.optionalText("OS-EXT-STS:task_state")
            vmState = try fields.optionalText("OS-EXT-STS:vm_state")
            powerState = try fields.optionalInt("OS-EXT-STS:power_state")
            fault = try fields.optionalFields("fault").map { fault in
                Fault(
                    code: try fault.optionalInt("code") ?? 500,
                    message: try fault.optionalText("message") ?? "",
                    details: try fault.optionalText("details")
                )
            }
            projectID = try fields.optionalText("tenant_id")
            userID = try fields.optionalText("user_id")
            // "" for a server from a volume.
            imageID = fields.value("image")?["id"]?.string
            let flavor = try fields.optionalFields("flavor")
            self.flavor = EmbeddedFlavor(
                id: try flavor?.optionalText("id"),
                name: try flavor?.optionalText("original_name"),
                vcpus: try flavor?.optionalInt("vcpus"),
                ramMiB: try flavor?.optionalInt("ram"),
                diskGiB: try flavor?.optionalInt("disk")
            )
            let networks = try fields.optionalFields("addresses")
            addresses = try (fields.value("addresses")?.object ?? [:]).keys.sorted().flatMap { network in
                try (networks?.optionalList(network) ?? []).map { address in
                    Address(
                        network: network,
                        address: try address.text("addr"),
                        version: try address.optionalInt("version") ?? 4,
                        isFloating: try address.optionalText("OS-EXT-IPS:type") == "floating",
                        mac: try address.optionalText("OS-EXT-IPS-MAC:mac_addr")
                    )
                }
            }
            metadata = try fields.textMap("metadata")
            volumeIDs = try fields.optionalList("os-extended-volumes:volumes_attached").map { try $0.text("id") }
            securityGroups = try fields.optionalList("security_groups").map { try $0.text("name") }
            zone = try fields.optionalText("OS-EXT-AZ:availability_zone")
            keyName = try fields.optionalText("key_name")
            isLocked = try fields.bool("locked")
            createdAt = try fields.time("created")
            updatedAt = try fields.time("updated")
            launchedAt = try fields.time("OS-SRV-USG:launched_at")
        }
    }
}
