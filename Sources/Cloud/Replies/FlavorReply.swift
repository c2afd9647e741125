public import HawserCore

extension Compute.Flavor {
    /// The seed's message `Flavor`: numbers as decimal text, memory in MiB, disk in GiB.
    public var reply: JSON {
        [
            "flavor_id": .string(id), "flavor_name": .string(name), "flavor_vcpus": .string("\(vcpus)"),
            "flavor_ram": .string("\(ramMiB)"), "flavor_disk": .string("\(diskGiB)"),
        ]
    }
}
