"""Puts into a fresh cloud what clients expect to find: seed.py identity | tidy | cloud | ready.

`up` runs it. What is there already is left as it is, but for the addresses in the catalogue.
"""

import os
import sys
import time

from keystoneauth1 import exceptions, session
from keystoneauth1.identity import v3

REGION = os.environ["SEED_REGION"]
PORTS = dict(entry.split("=") for entry in os.environ["SEED_PORTS"].split())
# By port: type and name in the catalogue, and the path. Clients of different age look for either type.
CATALOGUE = [
    ("image", "image", "glance", ""),
    ("placement", "placement", "placement", ""),
    ("compute", "compute", "nova", "/v2.1"),
    ("network", "network", "neutron", ""),
    ("volume", "volumev3", "cinderv3", "/v3/$(project_id)s"),
    ("volume", "block-storage", "cinder", "/v3/$(project_id)s"),
    ("share", "sharev2", "manilav2", "/v2"),
    ("share", "shared-file-system", "manila", "/v2"),
]
# Name, MB of memory, GB of disk, processors.
FLAVORS = [
    ("m1.tiny", 512, 1, 1),
    ("m1.small", 2048, 20, 1),
    ("m1.medium", 4096, 40, 2),
    ("m1.large", 8192, 80, 4),
    ("test.nodisk", 512, 0, 1),
    # No host has this disk, and disk is what nova's quota does not count: "No valid host was found."
    ("test.impossible", 512, 900000, 1),
]
# Name, GB that a disk must have at least.
IMAGES = [("tiny", 0), ("tiny-2", 0), ("test.big", 500)]
MANILA = {"X-OpenStack-Manila-API-Version": "2.50"}

admin = session.Session(auth=v3.Password(
    auth_url=os.environ["SEED_AUTH_URL"], username="admin", password=os.environ["SEED_PASSWORD"],
    project_name="admin", user_domain_id="default", project_domain_id="default"))


def call(method, service, path, body=None, **more):
    return admin.request(
        path, method, json=body,
        endpoint_filter={"service_type": service, "interface": "public", "region_name": REGION}, **more)


def get(service, path, **more):
    return call("GET", service, path, **more).json()


def ensure(service, path, kind, wanted, **more):
    """The resource of this name, made when there is none."""
    for found in get(service, path, **more)[kind + "s"]:
        if found["name"] == wanted["name"]:
            return found
    return call("POST", service, path, {kind: wanted}, **more).json()[kind]


def until(what, seconds, check):
    deadline = time.monotonic() + seconds
    while True:
        try:
            if check():
                print("is there:", what, flush=True)
                return
        except exceptions.ClientException as error:
            print("not yet:", what, error, flush=True)
        if time.monotonic() > deadline:
            sys.exit("gave up waiting for " + what)
        time.sleep(0.3)


def identity():
    """The user as whom the services talk to each other, and the catalogue."""
    project = ensure("identity", "/projects", "project", {"name": "service", "domain_id": "default"})
    user = ensure("identity", "/users", "user", {
        "name": "service", "domain_id": "default", "password": os.environ["SEED_SERVICE_PASSWORD"]})
    for name in ("service", "admin"):
        role = ensure("identity", "/roles", "role", {"name": name})
        call("PUT", "identity", f"/projects/{project['id']}/users/{user['id']}/roles/{role['id']}")
    known = {(entry["service_id"], entry["interface"]): entry
             for entry in get("identity", "/endpoints")["endpoints"]}
    for port, kind, name, path in CATALOGUE:
        if port not in PORTS:
            continue
        service = ensure("identity", "/services", "service", {"name": name, "type": kind})
        url = f"http://127.0.0.1:{PORTS[port]}{path}"
        for interface in ("public", "internal", "admin"):
            entry = known.get((service["id"], interface))
            if entry is None:
                call("POST", "identity", "/endpoints", {"endpoint": {
                    "service_id": service["id"], "interface": interface,
                    "region_id": REGION, "url": url}})
            elif entry["url"] != url:
                call("PATCH", "identity", f"/endpoints/{entry['id']}", {"endpoint": {"url": url}})


def tidy():
    """Removes regions that tests added to the catalogue and did not live to remove: nobody answers there any more."""
    for region in get("identity", "/regions")["regions"]:
        if region["id"] == REGION:
            continue
        for entry in get("identity", f"/endpoints?region_id={region['id']}")["endpoints"]:
            call("DELETE", "identity", f"/endpoints/{entry['id']}")
        call("DELETE", "identity", f"/regions/{region['id']}")
        print("removed the region", region["id"], flush=True)


def images():
    known = {image["name"]: image for image in get("image", "/v2/images")["images"]}
    for name, disk in IMAGES:
        image = known.get(name) or call("POST", "image", "/v2/images", {
            "name": name, "disk_format": "raw", "container_format": "bare", "visibility": "public",
            "min_disk": disk}).json()
        if image["status"] == "queued":
            call("PUT", "image", f"/v2/images/{image['id']}/file", data=bytes(65536),
                 headers={"Content-Type": "application/octet-stream"})


def cloud():
    """Images, flavors, the network outside, types of volumes and shares."""
    until("glance", 60, lambda: get("image", "/v2/images"))
    images()
    until("nova", 60, lambda: get("compute", "/flavors"))
    for number, (name, memory, disk, processors) in enumerate(FLAVORS, 1):
        ensure("compute", "/flavors", "flavor", {
            "id": str(number), "name": name, "ram": memory, "disk": disk, "vcpus": processors})
    until("neutron", 60, lambda: get("network", "/v2.0/networks"))
    # Addresses that are set aside for tests (RFC 2544), and enough of them for a thousand floating ones.
    public = ensure("network", "/v2.0/networks", "network", {
        "name": "public", "router:external": True, "shared": False, "provider:network_type": "flat",
        "provider:physical_network": "public"})
    ensure("network", "/v2.0/subnets", "subnet", {
        "name": "public", "network_id": public["id"], "ip_version": 4, "cidr": "198.18.0.0/16", "enable_dhcp": False})
    until("cinder", 60, lambda: get("volumev3", "/types"))
    for name in ("file", "file-2"):
        ensure("volumev3", "/types", "volume_type", {"name": name, "extra_specs": {"volume_backend_name": "file"}})
    if "share" in PORTS:
        until("manila", 60, lambda: get("sharev2", "/types", headers=MANILA))
        for name, has_servers in (("default", True), ("plain", False)):
            ensure("sharev2", "/types", "share_type", {"name": name, "extra_specs": {
                "driver_handles_share_servers": has_servers, "snapshot_support": True,
                "create_share_from_snapshot_support": True}}, headers=MANILA)


def ready():
    """Waits until every service has reported since the start.

    Only then has it its queue, and a message that was sent before is lost.
    """
    computes = int(os.environ["SEED_COMPUTES"])

    def has_reported(service, path, wanted, **more):
        # Both times are UTC and as in 2030-01-31T12:00:00.
        up = [entry["binary"] for entry in get(service, path, **more)["services"]
              if entry["state"] == "up" and (entry["updated_at"] or "") >= os.environ["SEED_SINCE"]]
        return all(up.count(binary) >= count for binary, count in wanted.items())

    until("nova's services", 180, lambda: has_reported("compute", "/os-services", {
        "nova-compute": computes, "nova-conductor": 1, "nova-scheduler": 1}))
    until("the hosts", 120, lambda: len(get("compute", "/os-hypervisors")["hypervisors"]) >= computes)
    until("cinder's services", 120, lambda: has_reported("volumev3", "/os-services", {
        "cinder-volume": 1, "cinder-scheduler": 1}))
    until("cinder's pool", 120, lambda: get("volumev3", "/scheduler-stats/get_pools")["pools"])
    if "share" in PORTS:
        until("manila's services", 120, lambda: has_reported(
            "sharev2", "/services", {"manila-share": 2, "manila-scheduler": 1}, headers=MANILA))
        until("manila's pools", 120, lambda: len(get(
            "sharev2", "/scheduler-stats/pools", headers=MANILA)["pools"]) >= 2)


if __name__ == "__main__":
    {"identity": identity, "tidy": tidy, "cloud": cloud, "ready": ready}[sys.argv[1]]()
