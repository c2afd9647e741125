"""A tenant's life by openstacksdk: its calls and its own wait functions, with the interval they have by default."""

import secrets

import openstack
from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3

from testcloud import TestCloud

# So long a wait may take; the functions' own 120 s are too few for a busy machine.
LIMIT = 1800
# Share networks and access rules, which this SDK does not have: by its adapter, as of this version of Manila's API.
MANILA = "2.60"


def tenant_session(login, agent):
    """A session of a tenant's, with a user agent of its own."""
    auth = v3.Password(auth_url=login["auth_url"], user_id=login["user"], password=login["password"],
                       project_id=login["project"])
    return keystone_session.Session(auth=auth, app_name=agent, app_version="1")


class Account:
    """A domain, project, user and role of a tenant, made as hawser makes them."""

    def __init__(self, admin, name, agent):
        identity, password = admin.identity, secrets.token_urlsafe(24)
        domain = identity.create_domain(name=name)
        project = identity.create_project(name=name, domain_id=domain.id)
        user = identity.create_user(
            name=name, domain_id=domain.id, password=password, default_project_id=project.id)
        role = identity.create_role(name=name)
        for granted in (role, identity.find_role("member")):
            identity.assign_project_role_to_user(project, user, granted)
        self.ids = {"domain": domain.id, "project": project.id, "user": user.id, "role": role.id}
        self.login = {"auth_url": admin.config.get_auth_args()["auth_url"], "region": admin.config.get_region_name(),
                      "user": user.id, "password": password, "project": project.id}
        self.connection = openstack.connection.Connection(
            session=tenant_session(self.login, agent), region_name=self.login["region"])
        # What was made is tried, as hawser does.
        self.connection.identity.get_project(project.id)


def server_request(name, flavor, image, network):
    """An instance with a system disk of 1 GiB from an image, as hawser asks for it."""
    return {
        "name": name, "flavor_id": flavor, "networks": [{"uuid": network}],
        "block_device_mapping": [{
            "boot_index": 0, "uuid": image, "source_type": "image", "destination_type": "volume", "volume_size": 1,
            "delete_on_termination": True}],
    }


class Sdk:
    """What `Rest` does, by openstacksdk."""

    name = "openstacksdk"

    def __init__(self, cloud: TestCloud, mark, interval):
        self.cloud, self.mark, self.interval = cloud, mark, interval
        # Not the prefix of hawser's own.
        self.agent = f"bench-sdk-{mark}"
        self.admin = cloud.connect(self.agent)
        self.image, self.outside = cloud.named("image", "tiny"), cloud.named("network", "public")

    # Waiting

    def _server(self, server, status):
        self.running = self.c.compute.wait_for_server(server, status, interval=self.interval, wait=LIMIT)

    def _volume(self, volume, status):
        return self.c.block_storage.wait_for_status(
            volume, status, failures=["error", "error_extending"], interval=self.interval, wait=LIMIT)

    # Operations

    def tenant(self):
        account = Account(self.admin, self.mark, self.agent)
        self.account, self.project = account.ids, account.ids["project"]
        self.c, self.login = account.connection, account.login

    def known(self):
        pass

    def make(self):
        self.tenant()

    def vpc(self):
        network = self.c.network
        self.network = network.create_network(name=self.mark)
        self.subnet = network.create_subnet(
            name=self.mark, network_id=self.network.id, ip_version=4, cidr="10.20.0.0/24")
        self.router = network.create_router(name=self.mark)
        network.add_interface_to_router(self.router, subnet_id=self.subnet.id)

    def security_group(self):
        network = self.c.network
        self.group = network.create_security_group(name=self.mark)
        for port in (22, 80):
            network.create_security_group_rule(
                security_group_id=self.group.id, direction="ingress", ether_type="IPv4", protocol="tcp",
                port_range_min=port, port_range_max=port, remote_ip_prefix="0.0.0.0/0")

    def disk(self):
        self.volume = self.c.block_storage.create_volume(name=self.mark, size=1)
        self.volume = self._volume(self.volume, "available")

    def instance(self):
        disks = [self.c.block_storage.create_volume(name=f"{self.mark}-{size}", size=size) for size in (1, 2)]
        server = self.c.compute.create_server(**server_request(self.mark, "1", self.image, self.network.id))
        self._server(server, "ACTIVE")
        disks = [self._volume(disk, "available") for disk in disks]
        for disk in disks:
            self.c.compute.create_volume_attachment(self.running, volume_id=disk.id)
        self.data_disks = [self._volume(disk, "in-use") for disk in disks]

    def attach(self):
        self.c.compute.create_volume_attachment(self.running, volume_id=self.volume.id)
        self.volume = self._volume(self.volume, "in-use")

    def detach(self):
        self.c.compute.delete_volume_attachment(self.volume.id, self.running)
        self.volume = self._volume(self.volume, "available")

    def _extend(self, size, status):
        storage = self.c.block_storage
        storage.extend_volume(self.volume, size)
        # The status was the same before: read anew, it is "extending" until it is done.
        self.volume = self._volume(storage.get_volume(self.volume.id), status)
        assert self.volume.size == size, f"the wait was over with {self.volume.size} GiB"

    def extend_attached(self):
        self._extend(2, "in-use")

    def extend(self):
        self._extend(3, "available")

    def stop(self):
        self.c.compute.stop_server(self.running)
        self._server(self.running, "SHUTOFF")

    def start(self):
        self.c.compute.start_server(self.running)
        self._server(self.running, "ACTIVE")

    def suspend(self):
        self.c.compute.suspend_server(self.running)
        self._server(self.running, "SUSPENDED")

    def resume(self):
        self.c.compute.resume_server(self.running)
        self._server(self.running, "ACTIVE")

    def _reboot(self, kind):
        self.c.compute.reboot_server(self.running, kind)
        # The status was the same before: read anew, it is REBOOT or HARD_REBOOT until it is done.
        self._server(self.c.compute.get_server(self.running.id), "ACTIVE")

    def soft_reboot(self):
        self._reboot("SOFT")

    def hard_reboot(self):
        self._reboot("HARD")

    def resize(self):
        self.c.compute.resize_server(self.running, "2")
        self._server(self.running, "VERIFY_RESIZE")
        self.c.compute.confirm_server_resize(self.running)
        self._server(self.running, "ACTIVE")
        assert self.running.flavor["original_name"] == "m1.small", self.running.flavor

    def attach_group(self):
        self.c.compute.add_security_group_to_server(self.running, self.group)

    def detach_group(self):
        self.c.compute.remove_security_group_from_server(self.running, self.group)

    def _manila(self, method, path, body=None):
        answer = getattr(self.c.shared_file_system, method)(path, json=body, microversion=MANILA)
        openstack.exceptions.raise_from_response(answer)
        return answer.json() if answer.content else None

    def share(self):
        shares = self.c.shared_file_system
        body = {"share_network": {"neutron_net_id": self.network.id, "neutron_subnet_id": self.subnet.id}}
        self.share_network = self._manila("post", "/share-networks", body)["share_network"]["id"]
        share = shares.create_share(
            name=self.mark, size=1, share_protocol="NFS", share_network_id=self.share_network)
        self.nas = shares.wait_for_status(share, "available", failures=["error"], interval=self.interval, wait=LIMIT)
        access = {"allow_access": {"access_type": "ip", "access_to": "10.20.0.0/24", "access_level": "rw"}}
        self._manila("post", f"/shares/{self.nas.id}/action", access)
        self._manila("get", f"/shares/{self.nas.id}/export_locations")

    def mount_clients(self):
        rules = self._manila("get", f"/share-access-rules?share_id={self.nas.id}")["access_list"]
        ports = list(self.c.network.ports(network_id=self.network.id))
        assert rules and any(port.device_id == self.running.id for port in ports)

    def nat_gateway(self):
        self.router = self.c.network.update_router(
            self.router, external_gateway_info={"network_id": self.outside})

    def bind(self):
        port = next(self.c.network.ports(device_id=self.running.id))
        self.address = self.c.network.create_ip(floating_network_id=self.outside, port_id=port.id)

    def revoke(self):
        self.c.network.delete_ip(self.address)

    def _route(self):
        return {"router": {"routes": [{"destination": "10.30.0.0/16", "nexthop": "10.20.0.9"}]}}

    def add_route(self):
        self.c.network.add_extra_routes_to_router(self.router, self._route())

    def remove_route(self):
        self.c.network.remove_extra_routes_from_router(self.router, self._route())

    def delete_gateway(self):
        self.c.network.update_router(self.router, external_gateway_info={})

    def delete_share(self):
        shares = self.c.shared_file_system
        shares.delete_share(self.nas)
        shares.wait_for_delete(self.nas, interval=self.interval, wait=LIMIT)
        self._manila("delete", f"/share-networks/{self.share_network}")

    def delete_instance(self):
        self.c.compute.delete_server(self.running)
        self.c.compute.wait_for_delete(self.running, interval=self.interval, wait=LIMIT)

    def _delete(self, volume):
        self.c.block_storage.delete_volume(volume)
        self.c.block_storage.wait_for_delete(volume, interval=self.interval, wait=LIMIT)

    def delete_disk(self):
        self._delete(self.volume)

    def delete_data_disks(self):
        for disk in self.data_disks:
            self._delete(disk)

    def delete_group(self):
        self.c.network.delete_security_group(self.group)

    def close(self):
        self.admin.close()
        if hasattr(self, "c"):
            self.c.close()
