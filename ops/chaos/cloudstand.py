"""A stand whose worker reaches a real cloud through proxies, and tenants in that cloud.

The cloud is the one of HAWSER_CLOUDS, a clouds.yaml whose entry `admin` may make domains: `ops/testbed/openstack/up`
starts one and prints it. Needs Debian's python3-openstackclient (and with it openstacksdk and yaml).
"""

import asyncio
import base64
import json
import os
import random
import secrets
import sys
import time

import openstack

from cloudproxy import Proxies, upstreams
from cloudview import Project
from mongo import Mongo
from stand import Client, Stand

FINAL = ("succeeded", "failed", "cancelled")


def clouds_file():
    """The path of the cloud's clouds.yaml; ends the script when there is none."""
    path = os.environ.get("HAWSER_CLOUDS")
    if not path:
        sys.exit("HAWSER_CLOUDS must name the clouds.yaml of a cloud: export HAWSER_CLOUDS=$(ops/testbed/openstack/up)")
    return path


def administrator():
    """A connection of openstacksdk with the rights of the cloud's administrator."""
    os.environ["OS_CLIENT_CONFIG_FILE"] = clouds_file()
    connection = openstack.connect(cloud="admin")
    connection.session.get_token()
    return connection


class Outcome:
    """The answer to a change: status, body, headers, and the job that makes it."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.text = status, headers, body.decode()
        self.json = json.loads(body) if body else {}
        self.job = headers.get("location", "").rpartition("/")[2] or None


class CloudStand(Stand):
    """A dev without workers, a worker of the script's own behind proxies, an administrator to count with."""

    def __init__(self, certificate=None, authority=None, **settings):
        super().__init__(HAWSER_CLOUDS=clouds_file(), HAWSER_CLOUD="admin", **settings)
        self.connection = administrator()
        self.proxies = Proxies(upstreams(self.connection), certificate)
        self.authority = authority
        self.lives = 0
        self.alive = None
        self.tenants = []
        self.admin = "Bearer " + self.environment["HAWSER_ADMIN_KEY"]

    def begin(self):
        """Starts the servers; from the main thread, with whose end they end."""
        self.start_dev(workers=0)
        # Every hawser counts its tenants from one, and a tenant's domain is called by its number: away from all others.
        mongo = Mongo(self.urls["mongo_url"])
        first = random.randrange(10**6, 9 * 10**9)
        change = {"q": {"_id": "tenants"}, "u": {"$set": {"last": first}}, "upsert": True}
        mongo.command({"update": "counters", "updates": [change]})
        mongo.close()

    async def connect(self):
        """Starts the proxies and the first worker."""
        await self.proxies.start()
        self.clouds = f"{self.directory}/clouds.yaml"
        self.proxies.clouds(clouds_file(), "admin", self.clouds, self.authority)
        self.start_worker()

    def start_worker(self):
        self.lives += 1
        self.alive = self.worker(
            f"worker-{self.lives}.log", HAWSER_CLOUDS=self.clouds, HAWSER_QUEUES="cloud", HAWSER_LOG_LEVEL="debug")

    def kill_worker(self):
        """Kills the worker as nothing can be prepared for (SIGKILL)."""
        self.alive.kill()
        self.alive.wait()

    def logs(self):
        """What all workers have written so far."""
        return "".join(self.log(f"worker-{life + 1}.log") for life in range(self.lives))

    async def ask(self, key, method, path, body=None, wait=None, limit=90):
        client = Client(self.api_address, key)
        try:
            headers = {"Prefer": f"wait={wait}"} if wait else {}
            return Outcome(*await client.request(method, path, body, headers, limit))
        finally:
            client.close()

    async def finished(self, key, job, limit=600):
        """Waits until a job is over; answers it as the key's holder sees it."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            answer = await self.ask(key, "GET", f"/v1/jobs/{job}?wait=20")
            if answer.json.get("state") in FINAL:
                return answer.json
        raise TimeoutError(f"job {job} is {answer.json.get('state')} after {limit} s: {answer.json.get('error')}")

    def end(self):
        """Ends all that runs here, then takes the tenants out of the cloud with all they have."""
        super().end()
        for tenant in self.tenants:
            try:
                tenant.remove()
            except TimeoutError as error:
                print(f"left in the cloud of tenant {tenant.id}: {error}", file=sys.stderr)
        self.tenants = []

    async def make_tenant(self):
        name = "chaos " + secrets.token_hex(6)
        made = await self.ask(self.admin, "POST", "/iaas/v1/tenants", {"tenant_name": name})
        job = await self.finished(self.admin, made.job)
        if job["state"] != "succeeded":
            raise RuntimeError(f"no tenant: {job}")
        tenant = Tenant(self, job["result"]["tenant_id"], job["result"]["apikey"])
        await asyncio.to_thread(tenant.find)
        self.tenants.append(tenant)
        return tenant


class Tenant:
    """A tenant of a stand and its project."""

    def __init__(self, stand, id, apikey):
        self.stand, self.id = stand, id
        self.jobs = set()
        self.key = "Basic " + base64.b64encode(f"{id}:{apikey}".encode()).decode()

    def find(self):
        connection = self.stand.connection
        self.domain = next(connection.identity.domains(name=self.id)).id
        self.project = Project(connection, next(connection.identity.projects(domain_id=self.domain)).id)

    async def submit(self, method, path, body=None):
        """Asks for a change; answers its job."""
        answer = await self.stand.ask(self.key, method, f"/iaas/v1{path}", body)
        if answer.status != 202:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.text}")
        self.jobs.add(answer.job)
        return answer.job

    async def finished(self, job, limit=600):
        return await self.stand.finished(self.key, job, limit)

    async def change(self, method, path, body=None):
        """Makes a change that must succeed; answers the reply message."""
        job = await self.finished(await self.submit(method, path, body))
        if job["state"] != "succeeded":
            raise RuntimeError(f"{method} {path}: {job['state']} {job['error']}")
        return job["result"]

    async def look(self):
        return await asyncio.to_thread(self.project.look)

    async def sweep(self):
        await asyncio.to_thread(self.project.sweep)

    def remove(self):
        """Takes the tenant out of the cloud with all it has."""
        connection = self.stand.connection
        self.project.sweep()
        for group in connection.network.security_groups(project_id=self.project.id):
            connection.network.delete_security_group(group.id)
        connection.identity.update_domain(self.domain, is_enabled=False)
        connection.identity.delete_domain(self.domain)
        for role in connection.identity.roles(name=self.id):
            connection.identity.delete_role(role.id)
