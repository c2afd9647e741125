"""The real cloud that is measured: its administrator, its access logs, what its client lists, what is left behind."""

import collections
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import time

import openstack

CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
SERVICES = ["keystone", "glance", "nova", "neutron", "cinder", "manila"]
# What the client lists of a project, and the words that make it list those of one project.
LISTS = {
    "server": ["--all-projects", "--project"],
    "volume": ["--all-projects", "--project"],
    "network": ["--project"],
    "subnet": ["--project"],
    "router": ["--project"],
    "port": ["--project"],
    "floating ip": ["--project"],
    "share": ["--all-projects", "--project"],
    "share network": ["--all-projects", "--project"],
}


def load():
    """The machine's load over the last minute."""
    return round(os.getloadavg()[0], 1)


class TestCloud:
    """The cloud of HAWSER_CLOUDS, or the one that ops/testbed/openstack/up has started."""

    def __init__(self, entry="admin"):
        self.file = os.environ.get("HAWSER_CLOUDS") or os.path.join(CACHE, "hawser/openstack/clouds.yaml")
        if not os.path.exists(self.file):
            sys.exit(f"no cloud: there is no {self.file}; ops/testbed/openstack/up starts one")
        self.entry = entry
        self.state = os.path.dirname(self.file)
        self.log = AccessLog(os.path.join(self.state, "log/access"))
        self.admin = self.connect("bench-operator")

    def connect(self, application):
        """A connection of the administrator's, with a user agent of its own."""
        config = openstack.config.OpenStackConfig(
            config_files=[self.file], load_envvars=False, app_name=application, app_version="1")
        return openstack.connection.Connection(config=config.get_one(self.entry))

    def settings(self):
        """What hawser is told of the cloud."""
        return {"HAWSER_CLOUDS": self.file, "HAWSER_CLOUD": self.entry}

    def named(self, kind, name):
        """The id of an image or network that everybody sees."""
        found = {
            "image": lambda: self.admin.image.find_image(name),
            "network": lambda: self.admin.network.find_network(name),
        }[kind]()
        if found is None:
            sys.exit(f"the cloud has no {kind} {name}")
        return found.id

    def account(self, tenant):
        """The ids of the domain, project, user and role of a tenant, which are called by its name.

        To be asked while the tenant is there: later another may have the name.
        """
        identity = self.admin.identity
        domain = identity.find_domain(tenant)
        return {
            "domain": domain.id, "project": next(iter(identity.projects(domain_id=domain.id))).id,
            "user": next(iter(identity.users(domain_id=domain.id))).id, "role": identity.find_role(tenant).id,
        }

    # What the client sees

    def client(self, *words):
        """A list of the `openstack` client, as its rows."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("OS_")}
        environment |= {"OS_CLIENT_CONFIG_FILE": self.file, "OS_CLOUD": self.entry}
        # Its own user agent tells its requests from the SDK's.
        done = subprocess.run(
            ["openstack", *words, "-f", "json"], env=environment, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise RuntimeError(f"openstack {' '.join(words)}: {done.stderr.strip()[-500:]}")
        return json.loads(done.stdout)

    def listed(self, projects):
        """How many of each kind the client lists of projects that exist; kinds with none are left out."""
        asked = [(kind, project) for project in projects for kind in LISTS]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            rows = pool.map(lambda one: self.client(*one[0].split(), "list", *LISTS[one[0]], one[1]), asked)
            counts = collections.Counter()
            for (kind, _), found in zip(asked, rows):
                counts[kind] += len(found)
        # Asked for the groups of one project, Neutron makes its default one if there is none.
        counts["security group"] += sum(
            row["Project"] in projects for row in self.client("security", "group", "list"))
        return {kind: count for kind, count in counts.items() if count}

    def listed_accounts(self, accounts):
        """How many of the domains, projects, users and roles of tenants the client lists."""
        counts = {}
        for kind in ("domain", "project", "user", "role"):
            ids = {account[kind] for account in accounts}
            counts[kind] = sum(row["ID"] in ids for row in self.client(kind, "list"))
        return {kind: count for kind, count in counts.items() if count}

    # Taking away what no route of hawser deletes

    def sweep(self, project, limit=600):
        """Deletes all of a project, whoever made it."""
        admin, end = self.admin, time.monotonic() + limit
        mine = {"all_projects": True, "project_id": project}

        def until_gone(what, found, delete):
            while things := list(found()):
                for thing in things:
                    self._quietly(delete, thing)
                if time.monotonic() > end:
                    raise TimeoutError(f"{len(things)} {what} of project {project} stay")
                time.sleep(0.5)

        shares = admin.shared_file_system
        until_gone("servers", lambda: admin.compute.servers(**mine), admin.compute.delete_server)
        # No such filter in the SDK's volumes.
        until_gone(
            "volumes",
            lambda: [v for v in admin.block_storage.volumes(all_projects=True) if v.project_id == project],
            admin.block_storage.delete_volume)
        if admin.has_service("shared-file-system"):
            until_gone("shares", lambda: self._shares(shares, "shares", project),
                       lambda share: shares.delete(f"/shares/{share['id']}"))
            until_gone("share networks", lambda: self._shares(shares, "share_networks", project),
                       lambda network: shares.delete(f"/share-networks/{network['id']}"))
        network = admin.network
        for address in network.ips(project_id=project):
            self._quietly(network.delete_ip, address)
        for router in network.routers(project_id=project):
            self._quietly(lambda r: network.update_router(r, routes=[], external_gateway_info={}), router)
            for port in network.ports(device_id=router.id):
                self._quietly(lambda p: network.remove_interface_from_router(router, port_id=p.id), port)
        for kind in ("router", "port", "network"):
            things = {"router": network.routers, "port": network.ports, "network": network.networks}[kind]
            until_gone(kind, lambda: things(project_id=project), getattr(network, f"delete_{kind}"))
        # Asked for the groups of one project, Neutron makes its default one if there is none.
        until_gone("security groups", lambda: [g for g in network.security_groups() if g.project_id == project],
                   network.delete_security_group)

    @staticmethod
    def _quietly(delete, thing):
        """What cannot be deleted yet is met again, what is gone already is not."""
        try:
            delete(thing)
        except openstack.exceptions.SDKException:
            pass

    @staticmethod
    def _shares(manila, member, project):
        path = member.replace("_", "-") + "/detail"
        answer = manila.get(f"/{path}", params={"all_tenants": 1, "project_id": project})
        answer.raise_for_status()
        return [thing for thing in answer.json()[member] if thing["project_id"] == project]

    def end(self, sides, has_to_be=None):
        """Ends tenants: all of them is deleted, and the client counts what is left; answers that, none as {}.

        With `has_to_be`, the client counts before that, too; what differs from so many of each kind is left as well.
        """
        made, found = [], {}
        for side in sides:
            side.close()
            if hasattr(side, "project"):
                made.append(side)
        if not made:
            return found
        if has_to_be is not None:
            ours = [side.project for side in made if side.name == "hawser"]
            found = self.listed(ours)
            print(f"the client lists, of {len(ours)} tenants of hawser after their deletes: {found}", file=sys.stderr)
            if found == {kind: count * len(ours) for kind, count in has_to_be.items()}:
                found = {}
        for side in made:
            self.sweep(side.project)
        found |= self.listed([side.project for side in made])
        for side in made:
            identity = self.admin.identity
            identity.update_domain(side.account["domain"], is_enabled=False)
            # With it go its project and user.
            identity.delete_domain(side.account["domain"])
            identity.delete_role(side.account["role"])
        found |= self.listed_accounts([side.account for side in made])
        print(f"and after the operator has deleted what no route deletes: {found or 'nothing'}", file=sys.stderr)
        return found


class AccessLog:
    """The requests that the cloud's services have answered, as they wrote them down."""

    def __init__(self, directory):
        self.directory = directory

    def mark(self):
        """Where the logs end now."""
        return {service: os.path.getsize(self._path(service)) for service in SERVICES
                if os.path.exists(self._path(service))}

    def since(self, mark, until=None):
        """The requests between two marks, or since one."""
        found = []
        for service, start in mark.items():
            with open(self._path(service), "rb") as file:
                file.seek(start)
                text = file.read() if until is None else file.read(until[service] - start)
            found += [json.loads(line) for line in text.splitlines() if line.startswith(b"{") and line.endswith(b"}")]
        return found

    def _path(self, service):
        return os.path.join(self.directory, f"{service}.log")


def counted(requests):
    """Requests by service."""
    return dict(sorted(collections.Counter(request["service"] for request in requests).items()))


def places(requests):
    """Requests by method and path, ids left out."""
    counts = collections.Counter()
    for request in requests:
        path = re.sub(r"/[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f-]{18,}", "/{id}", request["path"])
        counts[f"{request['service']} {request['method']} {path}"] += 1
    return dict(counts.most_common())


def of_client(requests, agent, projects):
    """The requests of a client for projects; its logins are not among them."""
    return [request for request in requests
            if request["agent"].startswith(agent) and request["project"] in projects]
