"""A tenant's life by the REST API of hawser: one client that waits for each change with `Prefer: wait=60`."""

import base64
import http.client
import json

from testcloud import TestCloud


class Refused(Exception):
    """An answer that is not the finished change."""

    def __init__(self, text, status):
        super().__init__(text)
        self.status = status


class Client:
    """One kept connection to the API, as one caller."""

    def __init__(self, host, port, user, key):
        self.connection = http.client.HTTPConnection(host, port, timeout=600)
        word = f"{user}:{key}" if user else None
        self.authorization = "Basic " + base64.b64encode(word.encode()).decode() if word else f"Bearer {key}"

    def send(self, method, path, body=None, **headers):
        """Sends a request; its status and the JSON of the answer."""
        headers["Authorization"] = self.authorization
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None

    def change(self, method, path, body=None):
        """Asks for a change and answers its reply message, however long it takes."""
        status, answer = self.send(method, "/iaas/v1" + path, body, Prefer="wait=60")
        while status == 202:
            status, job = self.send("GET", f"/v1/jobs/{answer['id']}?wait=60")
            if status == 200 and job["state"] == "succeeded":
                return job["result"]
            if status == 200 and job["state"] not in ("failed", "cancelled"):
                status = 202
            else:
                status, answer = 502, job
        if status != 200:
            raise Refused(f"{method} {path}: {status} {json.dumps(answer)[:800]}", status)
        return answer

    def close(self):
        self.connection.close()


class Rest:
    """What `Sdk` does, by hawser."""

    name = "hawser"
    agent = "Hawser/"

    def __init__(self, dev, cloud: TestCloud, mark):
        self.dev, self.cloud, self.mark = dev, cloud, mark
        self.image, self.outside = cloud.named("image", "tiny"), cloud.named("network", "public")
        self.operator = Client(dev.host, dev.port, None, dev.admin_key)

    def tenant(self):
        made = self.operator.change("POST", "/tenants", {"tenant_name": self.mark})
        self.tenant_name, self.key = made["tenant_id"], made["apikey"]
        self.client = Client(self.dev.host, self.dev.port, made["tenant_id"], made["apikey"])

    def known(self):
        """Notes who the tenant is in the cloud."""
        self.account = self.cloud.account(self.tenant_name)
        self.project = self.account["project"]

    def make(self):
        """The tenant; each hawser counts its own from one, and another's in this cloud may have the number."""
        while True:
            try:
                self.tenant()
                return self.known()
            except Refused as refused:
                if refused.status != 409:
                    raise

    def vpc(self):
        vpc = self.client.change("POST", "/vpcs", {"vpc_name": self.mark, "subnet": "10.20.0.0/24"})["vpc"]
        self.network, self.router = vpc["vpc_id"], vpc["router"]["router_id"]

    def security_group(self):
        rules = [
            {"direction": "ingress", "protocol": "tcp", "port_range_min": port, "port_range_max": port,
             "remote_ip_prefix": "0.0.0.0/0"} for port in (22, 80)]
        made = self.client.change(
            "POST", "/security-groups", {"security_group_name": self.mark, "security_group_rule_sets": rules})
        self.group = made["security_group"]["security_group_id"]

    def disk(self):
        made = self.client.change(
            "POST", "/cloud-disks", {"volume_name": self.mark, "cloud_disk_conf": {"size_in_g": 1}})
        self.volume = made["cloud_disk"]["volume_id"]

    def instance(self):
        wanted = {**self.wanted(self.mark), "data_disks": [{"size_in_g": 1}, {"size_in_g": 2}]}
        made = self.client.change("POST", "/instances", wanted)["instance"]
        assert made["instance_status"] == "ACTIVE", made
        self.server = made["instance_id"]
        self.data_disks = [disk["volume_id"] for disk in made["data_disks"]]
        assert len(self.data_disks) == 2, made

    def small_instance(self):
        """An instance with nothing but its system disk."""
        made = self.client.change("POST", "/instances", self.wanted(self.mark))["instance"]
        assert made["instance_status"] == "ACTIVE", made
        self.server = made["instance_id"]

    def wanted(self, name):
        """A request for such an instance."""
        return {"instance_name": name, "flavor_ref": "1", "image_ref": self.image, "network_uuid": self.network,
                "system_disk": {"size_in_g": 1}}

    def _at_instance(self, operation):
        made = self.client.change("POST", f"/cloud-disks/{self.volume}/operate",
                                  {"instance_id": self.server, "ops_type": operation})["cloud_disk"]
        assert made["volume_status"] == {"attach": "in-use", "detach": "available"}[operation], made

    def attach(self):
        self._at_instance("attach")

    def detach(self):
        self._at_instance("detach")

    def _extend(self, size):
        made = self.client.change(
            "POST", f"/cloud-disks/{self.volume}/resize", {"cloud_disk_conf": {"size_in_g": size}})["cloud_disk"]
        assert made["cloud_disk_conf"]["size_in_g"] == size, made

    def extend_attached(self):
        self._extend(2)

    def extend(self):
        self._extend(3)

    def _operate(self, operation):
        self.client.change("POST", f"/instances/{self.server}/operate", {"operate_type": operation})

    def stop(self):
        self._operate("stop")

    def start(self):
        self._operate("start")

    def suspend(self):
        self._operate("suspend")

    def resume(self):
        self._operate("resume")

    def soft_reboot(self):
        self._operate("softreboot")

    def hard_reboot(self):
        self._operate("hardreboot")

    def resize(self):
        made = self.client.change("PUT", f"/instances/{self.server}/flavor", {"flavor_ref": "2"})["instance"]
        assert (made["instance_status"], made["flavor"]["flavor_id"]) == ("ACTIVE", "2"), made

    def _group(self, operation):
        made = self.client.change("POST", f"/security-groups/{self.group}/operate",
                                  {"instance_ids": [self.server], "ops_type": operation})
        assert made["instances"][0]["code"] == 200, made

    def attach_group(self):
        self._group("attach")

    def detach_group(self):
        self._group("detach")

    def share(self):
        made = self.client.change(
            "POST", "/nas-disks", {"share_name": self.mark, "share_size_in_g": 1, "network_id": self.network})
        self.nas = made["nas_disk"]["share_id"]

    def mount_clients(self):
        status, answer = self.client.send("GET", f"/iaas/v1/nas-disks/{self.nas}/mount-clients")
        assert status == 200 and answer["instance_id"] == [self.server], answer

    def nat_gateway(self):
        made = self.client.change(
            "POST", "/nat-gateways", {"router_id": self.router, "external_network_id": self.outside})
        self.gateway = made["nat_gateway"]["gateway_id"]

    def bind(self):
        self.address = self.client.change(
            "POST", "/float-ips/bind", {"instance_id": self.server, "vpc_router_id": self.router})["float_ip"]

    def revoke(self):
        self.client.change("POST", "/float-ips/revoke", {"instance_id": self.server, "float_ip": self.address})

    def _routes(self, operation):
        route = {"destination": "10.30.0.0/16", "nexthop": "10.20.0.9"}
        made = self.client.change(
            "POST", f"/routers/{self.router}/routes", {"set_type": operation, "routes": [route]})
        assert made["current_routes"] == ([route] if operation == "add" else []), made

    def add_route(self):
        self._routes("add")

    def remove_route(self):
        self._routes("remove")

    def delete_gateway(self):
        self.client.change("DELETE", f"/nat-gateways/{self.gateway}?router_id={self.router}")

    def delete_share(self):
        self.client.change("DELETE", f"/nas-disks/{self.nas}")

    def delete_instance(self):
        self.client.change("DELETE", f"/instances/{self.server}")

    def delete_disk(self):
        self.client.change("DELETE", f"/cloud-disks/{self.volume}")

    def delete_data_disks(self):
        for disk in self.data_disks:
            self.client.change("DELETE", f"/cloud-disks/{disk}")

    def delete_group(self):
        self.client.change("DELETE", f"/security-groups/{self.group}")

    def close(self):
        self.operator.close()
        if hasattr(self, "client"):
            self.client.close()
