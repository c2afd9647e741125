import HawserCore
import HawserQueue
import Testing

@testable import HawserJobs

/// What of the arguments of changes of instances and disks is refused.
@Suite("arguments of instances and disks")
struct InstanceArgumentTests {
    private static let instance: [String: JSON] = [
        "flavor_ref": "1", "image_ref": "i", "network_uuid": "n", "instance_name": "web",
    ]

    private static func fields(_ more: [String: JSON]) -> [String] {
        InstanceCreate.check(.object(instance.merging(more) { $1 })).map(\.field)
    }

    @Test("an instance needs little, and what is empty is as if it were missing")
    func least() throws {
        #expect(Self.fields([:]) == [])
        let empty: [String: JSON] = [
            "region": "", "availability_zone": "", "hypervisor_hostname": "", "data_disks": [],
            "security_group_name": [], "system_disk": ["volume_type": "", "size_in_g": 0],
        ]
        #expect(Self.fields(empty) == [])
        #expect(Self.fields(["system_disk": [:]]) == [])
        let arguments: InstanceCreate.Arguments = try JSON.object(Self.instance).decoded()
        #expect(arguments.dataDisks == nil && arguments.hostName.given == nil)
        #expect(String?("").given == nil && String?("x").given == "x" && String?.none.given == nil)
    }

    @Test(
        "what no cloud would take is refused by the field's name",
        arguments: [
            (["flavor_ref": ""], "flavor_ref"), (["image_ref": "a/b"], "image_ref"),
            (["network_uuid": ".."], "network_uuid"), (["instance_name": ""], "instance_name"),
            (["instance_name": "a\nb"], "instance_name"),
            (["instance_name": .string(String(repeating: "x", count: 256))], "instance_name"),
            (["hypervisor_hostname": "-x"], "hypervisor_hostname"),
            (["hypervisor_hostname": "a.b"], "hypervisor_hostname"),
            (["hypervisor_hostname": .string(String(repeating: "x", count: 64))], "hypervisor_hostname"),
            (["system_disk": ["size_in_g": -1]], "system_disk.size_in_g"),
            (["data_disks": [["size_in_g": 1], ["size_in_g": 0]]], "data_disks[1].size_in_g"),
            (["data_disks": [["volume_type": "x"]]], "data_disks[0].size_in_g"),
            (["data_disks": [["size_in_g": 1_048_577]]], "data_disks[0].size_in_g"),
            (["data_disks": .array(Array(repeating: ["size_in_g": 1], count: 26))], "data_disks"),
            (["security_group_name": ["a", ""]], "security_group_name[1]"),
            (["security_group_name": .array(Array(repeating: "a", count: 33))], "security_group_name"),
        ] as [([String: JSON], String)]
    )
    func refused(_ more: [String: JSON], _ field: String) {
        #expect(Self.fields(more) == [field])
    }

    @Test("disks and ids of changes are looked at")
    func disks() {
        func fields(_ problems: [ArgumentProblem]) -> [String] { problems.map(\.field) }
        #expect(fields(VolumeCreate.check(["cloud_disk_conf": ["size_in_g": 1]])) == [])
        #expect(fields(VolumeCreate.check(["cloud_disk_conf": [:]])) == ["cloud_disk_conf.size_in_g"])
        #expect(
            fields(VolumeCreate.check(["volume_name": "a\tb", "cloud_disk_conf": ["size_in_g": 1]])) == ["volume_name"]
        )
        #expect(fields(VolumeModify.check(["volume_id": "v"])) == [""], "a change of nothing")
        #expect(fields(VolumeModify.check(["volume_id": "v", "volume_desc": ""])) == [])
        #expect(fields(VolumeExtend.problems(in: .init(volumeID: "/", disk: .init(sizeGiB: 1)))) == ["volume_id"])
        #expect(fields(VolumeDelete.problems(in: .init(volumeID: ""))) == ["volume_id"])
        #expect(fields(InstanceDelete.problems(in: .init(instanceID: "."))) == ["instance_id"])
        #expect(fields(InstanceResize.problems(in: .init(instanceID: "a", flavor: "b c"))) == ["flavor_ref"])
        #expect(fields(TenantCreate.check(["tenant_name": "a\u{7}"])) == ["tenant_name"])
    }

    @Test("operations are words in any case of letters, and others are refused with a code of their own")
    func operations() throws {
        let asked: JSON = ["instance_id": "i", "operate_type": "HardReboot"]
        let stop: InstanceOperate.Arguments = try asked.decoded()
        #expect(stop.operation == .hardreboot)
        #expect(try JSON(encoding: stop)["operate_type"] == "hardreboot")
        let odd = InstanceOperate.check(["instance_id": "i", "operate_type": "explode"])
        #expect(odd.map(\.field) == ["operate_type"])
        #expect(odd.first?.message.contains("softreboot") == true)
        #expect(InstanceOperate.refusals["operate_type"] == .instanceUnknownOperation)
        #expect(VolumeOperate.check(["volume_id": "v", "instance_id": "i", "ops_type": "Attach"]).isEmpty)
        #expect(
            VolumeOperate.check(["volume_id": "v", "instance_id": "i", "ops_type": "steal"]).map(\.field)
                == ["ops_type"]
        )
        #expect(VPCCreate.refusals["subnet"] == .badCIDR)
    }
}
