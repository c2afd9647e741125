"""Faults of a cloud, each set at one request of a worker through the proxies in front of the cloud's services.

A fault is made for a stand and a `Place`, and is a coroutine as `cloudproxy` takes it. What the cloud itself does to
requests (tokens that are expired or revoked) it does here, too.
"""

import asyncio
import configparser
import contextlib
import json
import os
import subprocess
import time

from cloudproxy import Answer
from stand import free_port, wait_for_port

# Words that a client must never see, and an id of a request that operators must.
WORDS = "xyzzy rabbit cell1 10.99.0.7"
REQUEST = "req-0c4a05f0-aaaa-bbbb-cccc-000000000000"


class Place:
    """Where a fault strikes: the first request that fits, after another one that was answered."""

    def __init__(self, name, method, service, end, after):
        self.name, self.target, self.after = name, (method, service, end), after


def refusal(status, headers=()):
    """An answer as services give it, with words of the cloud's own."""
    fields = [("Content-Type", "application/json"), ("X-Openstack-Request-Id", REQUEST), *headers]
    return Answer(status, fields, {"refused": {"code": status, "message": WORDS}})


class Strike:
    """Does something at the first requests at a place, and lets all others pass."""

    def __init__(self, stand, place, times=1):
        self.stand, self.place, self.left = stand, place, times
        self.isNear = False
        self.struck = 0
        self.answers = []  # of the cloud to the requests that were struck

    async def __call__(self, request, forward):
        if self.left > 0 and self.isNear and request.matches(*self.place.target):
            self.left -= 1
            self.struck += 1
            return await self.strike(request, forward)
        answer = await self.passing(request, forward)
        if not self.isNear and request.matches(*self.place.after):
            self.isNear = True
            await self.near()
        return answer

    async def passing(self, request, forward):
        return await forward()

    async def near(self):
        """Called when the next request that fits is the one."""

    async def strike(self, request, forward):
        raise NotImplementedError

    async def end(self):
        """Called when the operation is over."""


class Refused(Strike):
    """Answered with a status by somebody before the cloud."""

    def __init__(self, stand, place, status, headers=(), times=1):
        super().__init__(stand, place, times)
        self.answer = refusal(status, headers)

    async def strike(self, request, forward):
        return self.answer


class Locked(Strike):
    """From then on every service refuses the user, Keystone too."""

    async def passing(self, request, forward):
        if self.isNear:
            self.struck += 1
            return refusal(401)
        return await forward()

    async def strike(self, request, forward):
        return await self.passing(request, forward)


class Cut(Strike):
    """Carried out, and only half of the answer comes."""

    async def strike(self, request, forward):
        return (await forward()).half()


class Hang(Strike):
    """Carried out or not, and no answer comes."""

    def __init__(self, stand, place, isReached):
        super().__init__(stand, place)
        self.isReached = isReached

    async def strike(self, request, forward):
        if self.isReached:
            await forward()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 100)
        return None


class Away(Strike):
    """For some seconds nobody listens where the service was."""

    SECONDS = 4

    async def near(self):
        self.struck += 1
        self.left = 0
        self.task = asyncio.create_task(self._away())

    async def _away(self):
        proxies, service = self.stand.proxies, self.place.target[1]
        proxies.refuse(service)
        try:
            await asyncio.sleep(self.SECONDS)
        finally:
            await proxies.listen(service)

    async def end(self):
        await self.task


class Untrusted(Away):
    """For some seconds the service shows a certificate that nobody trusts."""

    async def _away(self):
        self.stand.proxies.present(*self.stand.untrusted)
        try:
            await asyncio.sleep(self.SECONDS)
        finally:
            self.stand.proxies.present(*self.stand.trusted)


class Revoked(Strike):
    """The token is revoked in Keystone just before the request."""

    async def strike(self, request, forward):
        await asyncio.to_thread(self._revoke, request.headers["x-auth-token"])
        answer = await forward()
        self.answers.append(answer.status)
        return answer

    def _revoke(self, token):
        session = self.stand.connection.session
        url = session.get_endpoint(service_type="identity", interface="public").rstrip("/").removesuffix("/v3")
        answer = session.delete(f"{url}/v3/auth/tokens", headers={"X-Subject-Token": token}, raise_exc=False)
        assert answer.status_code == 204, answer.text


class Expired(Strike):
    """The token has expired before the request: its Keystone makes tokens for seconds, and the worker is told an hour."""

    SECONDS = 8

    async def passing(self, request, forward):
        if not request.is_token:
            answer = await forward()
            self.answers.append(answer.status)
            return answer
        self.stand.proxies.upstream["identity"], usual = self.stand.hasty, self.stand.proxies.upstream["identity"]
        try:
            answer = await forward()
        finally:
            self.stand.proxies.upstream["identity"] = usual
        if answer.status == 201:
            told = answer.json
            told["token"]["expires_at"] = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(time.time() + 3600))
            answer.body = json.dumps(told).encode()
        return answer

    async def strike(self, request, forward):
        await asyncio.sleep(self.SECONDS + 1)
        answer = await forward()
        self.answers.append(answer.status)
        return answer


class Faultless(Strike):
    """The servers of the cloud do not tell why they are in error, the first times they are asked: Nova writes the status
    before the fault."""

    async def __call__(self, request, forward):
        answer = await forward()
        if self.left > 0 and request.method == "GET" and "/servers/" in request.path and answer.status == 200:
            body = answer.json
            servers = body.get("servers", []) + ([body["server"]] if "server" in body else [])
            faults = [server.pop("fault") for server in servers if "fault" in server]
            if faults:
                answer.body = json.dumps(body).encode()
                if "server" in body:
                    self.left -= 1
                    self.struck += 1
        return answer


def certificates(directory):
    """Makes an authority, a certificate of it and one of nobody's; answers the paths."""
    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=directory)

    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    name = ["-addext", "subjectAltName=IP:127.0.0.1"]
    openssl(*new, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem")
    openssl(*new, "-subj", "/CN=cloud", *name, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "cloud.key", "-out", "cloud.pem")
    openssl(*new, "-subj", "/CN=cloud", *name, "-keyout", "nobody.key", "-out", "nobody.pem")

    def pair(name):
        return f"{directory}/{name}.pem", f"{directory}/{name}.key"

    return f"{directory}/ca.pem", pair("cloud"), pair("nobody")


def hasty_keystone(stand, clouds):
    """Starts another Keystone on the testbed's database whose tokens are good for seconds; answers where it is."""
    configuration = f"{os.path.dirname(clouds)}/conf/keystone/keystone.conf"
    parser = configparser.RawConfigParser()
    parser.optionxform = str
    parser.read(configuration)
    parser["token"]["expiration"] = str(Expired.SECONDS)
    own = f"{stand.directory}/keystone.conf"
    with open(own, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        parser.write(file)
    port = free_port()
    program = ("from wsgiref.simple_server import make_server; from keystone.server.wsgi import"
               f" initialize_public_application as make; make_server('127.0.0.1', {port}, make()).serve_forever()")
    stand.spawn(["/usr/bin/python3", "-c", program], "keystone.log", OS_KEYSTONE_CONFIG_FILES=own,
                OS_KEYSTONE_CONFIG_DIR=stand.directory)
    wait_for_port(port, 60)
    return "127.0.0.1", port
