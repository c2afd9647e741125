"""The operations of /iaas/v1 that change something: what each needs, how it is asked for, and how it is taken back."""

import dataclasses
import typing

RULES = [
    {"direction": "ingress", "protocol": "tcp", "port_range_min": port, "port_range_max": port} for port in (22, 80)
]
OTHER_RULES = RULES[1:] + [{"direction": "ingress", "protocol": "udp", "remote_ip_prefix": "10.0.0.0/8"}]


@dataclasses.dataclass
class Operation:
    """A change: `prepare` makes what it needs and answers ids by name, of which `request` makes the request."""

    name: str
    prepare: typing.Callable
    request: typing.Callable
    # Whether it makes something: then nothing of it may be left when it is cancelled or fails.
    makes: bool = False
    # The request that brings back what was before; None: all is made anew.
    back: typing.Callable = None
    # What the cloud's list of a server's actions calls it, and how often it is there afterwards.
    action: str = None
    times: int = 1
    # Requests that are made right before, so that the operation waits for its turn.
    first: tuple = ()
    # The moments at which it is done; empty: at all.
    moments: tuple = ()
    # Whether it may succeed for some of its resources and fail for others, which its reply then tells.
    is_partial: bool = False
    # Roughly its requests and how slow it is: the longest are begun first.
    weight: int = 1


class World:
    """Names in the cloud that all tenants share."""

    def __init__(self, connection):
        self.image = next(image.id for image in connection.image.images() if image.name == "tiny")
        self.outside = next(connection.network.networks(is_router_external=True)).id


async def nothing(tenant, world):
    return {}


async def vpc(tenant, world, name="net", subnet="10.1.0.0/24"):
    made = (await tenant.change("POST", "/vpcs", {"vpc_name": name, "subnet": subnet}))["vpc"]
    return {"network": made["vpc_id"], "subnet": made["subnet"][0]["subnet_id"], "router": made["router"]["router_id"]}


def instance_body(have, world, name="web", **more):
    return {"instance_name": name, "flavor_ref": "1", "image_ref": world.image, "network_uuid": have["network"]} | more


async def instance(tenant, world, **more):
    have = await vpc(tenant, world)
    made = await tenant.change("POST", "/instances", instance_body(have, world, **more))
    return have | {"server": made["instance"]["instance_id"]}


async def stopped(tenant, world):
    return await operated(tenant, world, "stop")


async def suspended(tenant, world):
    return await operated(tenant, world, "suspend")


async def operated(tenant, world, operation):
    have = await instance(tenant, world)
    await tenant.change("POST", f"/instances/{have['server']}/operate", {"operate_type": operation})
    return have


async def instance_with_disk(tenant, world):
    return await instance(tenant, world, data_disks=[{"size_in_g": 2}])


async def disk(tenant, world):
    body = {"volume_name": "disk", "cloud_disk_conf": {"size_in_g": 1}}
    return {"disk": (await tenant.change("POST", "/cloud-disks", body))["cloud_disk"]["volume_id"]}


async def disk_beside(tenant, world):
    return await instance(tenant, world) | await disk(tenant, world)


async def disk_attached(tenant, world):
    have = await disk_beside(tenant, world)
    await tenant.change(*disk_operation("attach")(have, world))
    return have


async def nas(tenant, world):
    have = await vpc(tenant, world)
    return have | {"share": (await tenant.change(*nas_create(have, world)))["nas_disk"]["share_id"]}


def nas_create(have, world):
    return "POST", "/nas-disks", {"share_name": "files", "share_size_in_g": 1, "network_id": have["network"]}


async def group(tenant, world):
    return {"group": (await tenant.change(*group_create({}, world)))["security_group"]["security_group_id"]}


def group_create(have, world):
    return "POST", "/security-groups", {
        "security_group_name": "group", "security_group_desc": "kept", "security_group_rule_sets": RULES}


async def group_beside(tenant, world):
    have = await instance(tenant, world)
    other = await tenant.change("POST", "/instances", instance_body(have, world, name="web2"))
    return have | await group(tenant, world) | {"server2": other["instance"]["instance_id"]}


async def group_attached(tenant, world):
    have = await group_beside(tenant, world)
    await tenant.change(*group_operation("attach")(have, world))
    return have


def group_operation(operation):
    def request(have, world):
        body = {"instance_ids": [have["server"], have["server2"]], "ops_type": operation}
        return "POST", f"/security-groups/{have['group']}/operate", body
    return request


def routes(operation):
    def request(have, world):
        routes = [{"destination": f"10.{n}.0.0/16", "nexthop": "10.1.0.200"} for n in (20, 21)]
        return "POST", f"/routers/{have['router']}/routes", {"set_type": operation, "routes": routes}
    return request


async def routed(tenant, world):
    have = await vpc(tenant, world)
    await tenant.change(*routes("add")(have, world))
    return have


def nat_create(have, world):
    return "POST", "/nat-gateways", {"router_id": have["router"], "external_network_id": world.outside}


async def nat(tenant, world):
    have = await vpc(tenant, world)
    made = await tenant.change(*nat_create(have, world))
    return have | {"gateway": made["nat_gateway"]["gateway_id"]}


async def reachable(tenant, world):
    have = await instance(tenant, world)
    await tenant.change(*nat_create(have, world))
    return have


def address_bind(have, world):
    return "POST", "/float-ips/bind", {"instance_id": have["server"], "vpc_router_id": have["router"]}


async def bound(tenant, world):
    have = await reachable(tenant, world)
    return have | {"address": (await tenant.change(*address_bind(have, world)))["float_ip"]}


async def two_vpcs(tenant, world):
    a = await vpc(tenant, world)
    b = await vpc(tenant, world, "other", "10.2.0.0/24")
    return {f"{name}_a": id for name, id in a.items()} | {f"{name}_b": id for name, id in b.items()}


def peers(path):
    def request(have, world):
        return "POST", path, {
            "peer_a_subnetid": have["subnet_a"], "peer_a_routerid": have["router_a"],
            "peer_b_subnetid": have["subnet_b"], "peer_b_routerid": have["router_b"]}
    return request


async def linked(tenant, world):
    have = await two_vpcs(tenant, world)
    await tenant.change(*peers("/peer-links")(have, world))
    return have


def operate(operation):
    return lambda have, world: ("POST", f"/instances/{have['server']}/operate", {"operate_type": operation})


def flavor(id):
    return lambda have, world: ("PUT", f"/instances/{have['server']}/flavor", {"flavor_ref": id})


def disk_operation(operation):
    def request(have, world):
        body = {"instance_id": have["server"], "ops_type": operation}
        return "POST", f"/cloud-disks/{have['disk']}/operate", body
    return request


def disk_resize(have, world):
    return "POST", f"/cloud-disks/{have['disk']}/resize", {"cloud_disk_conf": {"size_in_g": 3}}


def of_disk(method, body=None):
    return lambda have, world: (method, f"/cloud-disks/{have['disk']}", body)


def of(kind, name, method, body=None):
    return lambda have, world: (method, f"/{kind}/{have[name]}", body)


OPERATIONS = [
    Operation(
        "instance.create", vpc,
        lambda have, world: ("POST", "/instances", instance_body(
            have, world, data_disks=[{"size_in_g": 1}, {"size_in_g": 2}], hypervisor_hostname="guest")),
        makes=True, weight=100),
    Operation("instance.flavor", instance, flavor("2"), back=flavor("1"), action="resize", weight=50),
    Operation("instance.flavor-stopped", stopped, flavor("2"), back=flavor("1"), action="resize", weight=50),
    Operation("instance.start", stopped, operate("start"), back=operate("stop"), action="start", weight=15),
    Operation("instance.stop", instance, operate("stop"), back=operate("start"), action="stop", weight=15),
    # A job that waited for its turn must not take for its own what the one before it asked for.
    Operation("instance.stop-queued", instance, operate("stop"), back=operate("start"), action="stop", times=2,
              first=(operate("stop"), operate("start")), moments=("before", "after"), weight=15),
    Operation("instance.suspend", instance, operate("suspend"), back=operate("resume"), action="suspend", weight=15),
    Operation("instance.resume", suspended, operate("resume"), back=operate("suspend"), action="resume", weight=15),
    Operation("instance.softreboot", instance, operate("softreboot"), action="reboot", weight=12),
    Operation("instance.hardreboot", instance, operate("hardreboot"), action="reboot", weight=12),
    Operation("instance.delete", instance_with_disk, of("instances", "server", "DELETE"), weight=25),
    Operation(
        "disk.create", nothing,
        lambda have, world: ("POST", "/cloud-disks", {
            "volume_name": "disk", "volume_desc": "kept", "cloud_disk_conf": {"size_in_g": 1}}),
        makes=True, weight=20),
    Operation(
        "disk.modify", disk, of_disk("PUT", {"volume_name": "new", "volume_desc": "words"}),
        back=of_disk("PUT", {"volume_name": "disk", "volume_desc": ""}), weight=8),
    Operation("disk.resize", disk, disk_resize, weight=12),
    Operation("disk.resize-attached", disk_attached, disk_resize, weight=30),
    Operation(
        "disk.attach", disk_beside, disk_operation("attach"), back=disk_operation("detach"), makes=True, weight=25),
    Operation("disk.detach", disk_attached, disk_operation("detach"), back=disk_operation("attach"), weight=25),
    Operation("disk.delete", disk, of_disk("DELETE"), weight=10),
    Operation("nas.create", vpc, nas_create, makes=True, weight=60),
    Operation("nas.delete", nas, of("nas-disks", "share", "DELETE"), weight=60),
    Operation(
        "vpc.create", nothing,
        lambda have, world: ("POST", "/vpcs", {"vpc_name": "net", "vpc_desc": "kept", "subnet": "10.1.0.0/24"}),
        makes=True, weight=40),
    Operation(
        "vpc.set", vpc, of("vpcs", "network", "PUT", {"vpc_name": "new", "vpc_desc": "words"}),
        back=of("vpcs", "network", "PUT", {"vpc_name": "net", "vpc_desc": ""}), weight=15),
    Operation("group.create", nothing, group_create, makes=True, weight=35),
    Operation(
        "group.update", group, of("security-groups", "group", "PUT", {
            "security_group_name": "new", "security_group_desc": "words", "security_group_rule_sets": OTHER_RULES}),
        weight=25),
    Operation("group.attach", group_beside, group_operation("attach"), back=group_operation("detach"),
              is_partial=True, weight=30),
    Operation("group.detach", group_attached, group_operation("detach"), back=group_operation("attach"),
              is_partial=True, weight=30),
    Operation("group.delete", group, of("security-groups", "group", "DELETE"), weight=8),
    Operation("routes.add", vpc, routes("add"), back=routes("remove"), makes=True, weight=8),
    Operation("routes.remove", routed, routes("remove"), back=routes("add"), weight=8),
    Operation("nat.create", vpc, nat_create, makes=True, weight=10),
    Operation(
        "nat.delete", nat,
        lambda have, world: ("DELETE", f"/nat-gateways/{have['gateway']}?router_id={have['router']}", None), weight=12),
    Operation("address.bind", reachable, address_bind, makes=True, weight=15),
    Operation(
        "address.revoke", bound,
        lambda have, world: ("POST", "/float-ips/revoke", {
            "instance_id": have["server"], "float_ip": have["address"]}), weight=40),
    Operation(
        "peer.create", two_vpcs, peers("/peer-links"), back=peers("/peer-links/delete"), makes=True, weight=70),
    Operation("peer.delete", linked, peers("/peer-links/delete"), weight=60),
]
