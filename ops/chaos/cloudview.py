"""What a project of a cloud has, seen and swept from outside with the administrator's rights by openstacksdk.

`Project.look()` tells it without ids, times and addresses: two looks are equal when the same is there in the same state,
so that what a killed run left can be compared with what a clean one did.
"""

import json
import re
import time

from cloudproxy import ID

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?")
ADDRESS = re.compile(r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b(?!/)")

# What is listed: kind -> (the proxy of openstacksdk, path, member of the answer, microversion).
LISTS = {
    "servers": ("compute", "/servers/detail", "servers", "2.79"),
    "volumes": ("block_storage", "/volumes/detail", "volumes", None),
    "shares": ("shared_file_system", "/shares/detail", "shares", "2.60"),
    "share_networks": ("shared_file_system", "/share-networks/detail", "share_networks", "2.60"),
    "networks": ("network", "/networks", "networks", None),
    "subnets": ("network", "/subnets", "subnets", None),
    "routers": ("network", "/routers", "routers", None),
    "ports": ("network", "/ports", "ports", None),
    "security_groups": ("network", "/security-groups", "security_groups", None),
    "floating_ips": ("network", "/floatingips", "floatingips", None),
}
# The order in which a project is emptied.
SWEEP = ["floating_ips", "servers", "volumes", "shares", "share_networks", "routers", "ports", "networks", "security_groups"]
# How the `openstack` client lists the same.
CLIENT = {
    "servers": "server list --all-projects --project {}",
    "volumes": "volume list --all-projects --project {}",
    "shares": "share list --all-projects --project {}",
    "share_networks": "share network list --all-projects --project {}",
    "networks": "network list --project {}",
    "subnets": "subnet list --project {}",
    "routers": "router list --project {}",
    "ports": "port list --project {}",
    "floating_ips": "floating ip list --project {}",
    "security_groups": "security group list --project {}",
}


def masked(value):
    """A value of JSON without ids, times and addresses, its lists in an order of their own."""
    if isinstance(value, dict):
        return {name: masked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return sorted((masked(inner) for inner in value), key=lambda inner: json.dumps(inner, sort_keys=True))
    if isinstance(value, str):
        return ADDRESS.sub("<address>", TIME.sub("<time>", ID.sub("<id>", value)))
    return value


def differences(a, b, path=""):
    """Where two values of JSON differ, for people."""
    if isinstance(a, dict) and isinstance(b, dict):
        for name in sorted(a.keys() | b.keys()):
            yield from differences(a.get(name), b.get(name), f"{path}.{name}")
    elif a != b:
        yield f"{path.lstrip('.')}: {json.dumps(a)[:400]} -> {json.dumps(b)[:400]}"


class Project:
    """A project, as the administrator sees it."""

    def __init__(self, connection, id):
        self.connection, self.id = connection, id

    def ask(self, service, method, path, body=None, version=None):
        """One request; answers its status and body."""
        answer = getattr(self.connection, service).request(
            path, method, json=body, microversion=version, raise_exc=False)
        return answer.status_code, answer.json() if answer.content and answer.status_code < 400 else {}

    def list(self, kind):
        service, path, member, version = LISTS[kind]
        query = f"?project_id={self.id}" + ("" if service == "network" else "&all_tenants=1")
        status, body = self.ask(service, "GET", path + query, version=version)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status}")
        own = body[member]
        if kind == "security_groups":
            own = [group for group in own if group["name"] != "default"]
        return own

    def all(self):
        return {kind: self.list(kind) for kind in LISTS}

    def ids(self):
        return {thing["id"] for things in self.all().values() for thing in things}

    def look(self):
        """What there is, without ids, times and addresses."""
        have = self.all()
        names = {thing["id"]: thing.get("name") or "" for things in have.values() for thing in things}
        for volume in have["volumes"]:
            names[volume["id"]] = volume["name"] or "system"
        cidrs = {subnet["id"]: subnet["cidr"] for subnet in have["subnets"]}

        def name(id):
            return names.get(id, "elsewhere")

        ports = {port["id"]: port for port in have["ports"]}
        view = {
            "servers": [{
                "name": server["name"], "status": server["status"], "task": server["OS-EXT-STS:task_state"],
                "flavor": server["flavor"]["original_name"],
                "volumes": [name(volume["id"]) for volume in server["os-extended-volumes:volumes_attached"]],
                "groups": [group["name"] for group in server.get("security_groups", [])],
                "marks": sorted(server["metadata"]),
            } for server in have["servers"]],
            "volumes": [{
                "name": name(volume["id"]), "description": volume["description"], "size": volume["size"],
                "status": volume["status"], "marks": sorted(volume["metadata"]),
                "servers": [name(attachment["server_id"]) for attachment in volume["attachments"]],
            } for volume in have["volumes"]],
            "shares": [{
                "name": share["name"], "description": share["description"], "size": share["size"],
                "protocol": share["share_proto"], "status": share["status"], "network": name(share["share_network_id"]),
                "access": self._access(share["id"]),
            } for share in have["shares"]],
            "share_networks": [{"name": network["name"]} for network in have["share_networks"]],
            "networks": [{
                "name": network["name"], "description": network["description"],
                "subnets": [cidrs.get(id) for id in network["subnets"]],
            } for network in have["networks"]],
            "routers": [{
                "name": router["name"], "description": router["description"],
                "outside": bool(router["external_gateway_info"]),
                "routes": [route["destination"] for route in router["routes"]],
                "subnets": [cidrs.get(address["subnet_id"]) for port in have["ports"] for address in port["fixed_ips"]
                            if port["device_id"] == router["id"]],
            } for router in have["routers"]],
            "ports": [{
                "owner": port["device_owner"], "device": name(port["device_id"]), "network": name(port["network_id"]),
                "groups": [name(id) for id in port["security_groups"]],
            } for port in have["ports"]],
            "security_groups": [{
                "name": group["name"], "description": group["description"],
                "rules": [{
                    field: rule[field] for field in (
                        "direction", "ethertype", "protocol", "port_range_min", "port_range_max", "remote_ip_prefix")
                } for rule in group["security_group_rules"]],
            } for group in have["security_groups"]],
            "floating_ips": [{
                "server": name(ports[address["port_id"]]["device_id"]) if address["port_id"] in ports else None,
            } for address in have["floating_ips"]],
        }
        return masked(view)

    def _access(self, share):
        status, body = self.ask("shared_file_system", "GET", f"/share-access-rules?share_id={share}", version="2.60")
        return [rule["access_to"] for rule in body.get("access_list", [])] if status == 200 else []

    def actions(self, server, name):
        """How often something was done with a server."""
        _, body = self.ask("compute", "GET", f"/servers/{server}/os-instance-actions", version="2.79")
        return sum(action["action"] == name for action in body.get("instanceActions", []))

    def sweep(self, keep=frozenset(), limit=120, rounds=12):
        """Deletes all there is but for what is to be kept, and waits until it is gone.

        TimeoutError when for so many seconds and rounds nothing has changed: a busy cloud takes minutes for a server, and
        half a minute for a round of lists.
        """
        refusals, last, quiet, since = {}, None, 0, time.monotonic()
        while quiet < rounds or time.monotonic() - since < limit:
            began = time.monotonic()
            have = {kind: [thing for thing in self.list(kind) if thing["id"] not in keep] for kind in SWEEP}
            # Ports of routers, servers and share servers go with those.
            have["ports"] = [port for port in have["ports"] if not port["device_owner"]]
            if not any(have.values()):
                return
            for kind in SWEEP:
                for thing in have[kind]:
                    refusals[thing["id"]] = self._remove(kind, thing)
            now = {(thing["id"], thing.get("status")) for things in have.values() for thing in things}
            quiet += 1
            if now != last:
                last, quiet, since = now, 0, time.monotonic()
            # No more than half of the time is spent asking.
            time.sleep(max(0.5, time.monotonic() - began))
        stay = [f"{kind} {thing['id']} {thing.get('status')}: {refusals.get(thing['id'])}"
                for kind, things in have.items() for thing in things]
        raise TimeoutError("not swept: " + "; ".join(stay))

    def _remove(self, kind, thing):
        """Asks for the end of a thing; answers what the cloud said to it."""
        service, path, _, version = LISTS[kind]
        if kind == "routers":
            self.ask("network", "PUT", f"/routers/{thing['id']}", {"router": {"routes": [], "external_gateway_info": {}}})
            for port in self.list("ports"):
                if port["device_id"] == thing["id"]:
                    self.ask("network", "PUT", f"/routers/{thing['id']}/remove_router_interface", {"port_id": port["id"]})
        if kind == "volumes" and thing["status"] in ("in-use", "deleting", "detaching"):
            return "waits for its server, or goes"
        # What cannot be deleted yet, or is gone already, is met again or not.
        answer = getattr(self.connection, service).request(
            f"{path.removesuffix('/detail')}/{thing['id']}", "DELETE", microversion=version, raise_exc=False)
        return f"{answer.status_code} {answer.text[:200]}"
