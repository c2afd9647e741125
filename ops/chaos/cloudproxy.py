"""Reverse proxies in front of the services of a real cloud, which show what is asked and break single requests.

A fault is a coroutine `fault(request, forward)`: `await forward()` has the cloud carry the request out and gives its
answer; what the fault returns is what the client gets: an `Answer`, bytes as they are, or None for a closed connection.
One request per connection, whose both sides are asked to close, so that each request can be broken by itself.
"""

import asyncio
import contextlib
import json
import re
import ssl
import urllib.parse

import yaml

# The services by their official types, with the prefix of their setting in clouds.yaml and the path of their API.
SERVICES = {
    "identity": ("identity", "/v3"),
    "compute": ("compute", "/v2.1"),
    "block-storage": ("block_storage", "/v3/%(project_id)s"),
    "network": ("network", ""),
    "image": ("image", ""),
    "shared-file-system": ("shared_file_system", "/v2"),
}
ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}([-_]?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}(?![0-9a-f])")


class Request:
    """What a client asks of a service."""

    def __init__(self, service, head, body):
        self.service, self.body = service, body
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, target, _ = first.split(" ")
        self.path, _, self.query = target.partition("?")
        self.target = target
        fields = [line.partition(":") for line in lines if line]
        self.headers = {name.strip().lower(): value.strip() for name, _, value in fields}
        self.status = None  # of the cloud's own answer, once it is there

    @property
    def is_token(self):
        return self.service == "identity" and self.path.endswith("/auth/tokens")

    @property
    def is_change(self):
        return self.method not in ("GET", "HEAD") and not self.is_token

    @property
    def shape(self):
        """The request without what differs from run to run: its method, its service and its path without ids."""
        return f"{self.method} {self.service} {ID.sub('*', self.path)}"

    def matches(self, method, service, end):
        return self.method == method and self.service == service and self.path.endswith(end)


class Answer:
    """An answer of a service, or one in its place."""

    def __init__(self, status, headers=(), body=b""):
        self.status, self.headers = status, list(headers)
        self.body = json.dumps(body).encode() if isinstance(body, dict) else body

    @classmethod
    def parse(cls, data):
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines]
        if any(name.lower() == "transfer-encoding" for name, _ in fields):
            body = b"".join(_chunks(body))
        skipped = {"content-length", "transfer-encoding", "connection"}
        return cls(int(first.split(" ")[1]), [field for field in fields if field[0].lower() not in skipped], body)

    def header(self, name):
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)

    @property
    def json(self):
        return json.loads(self.body)

    def bytes(self):
        lines = [f"HTTP/1.1 {self.status} X", *(f"{name}: {value}" for name, value in self.headers)]
        lines += [f"Content-Length: {len(self.body)}", "Connection: close", "", ""]
        return "\r\n".join(lines).encode("latin-1") + self.body

    def half(self):
        """The answer with only half of its body, to be followed by the end of the connection."""
        return self.bytes()[:-(len(self.body) + 1) // 2]


def _chunks(data):
    while data:
        size, _, data = data.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        yield data[:length]
        data = data[length + 2:]


class Proxies:
    """One proxy in front of each service."""

    def __init__(self, upstream, certificate=None):
        self.upstream = upstream  # service -> (host, port)
        self.fault = None
        self.seen = []
        self.secrets = set()  # tokens and passwords that went through
        self._listeners, self.ports = {}, {}
        self._open = set()
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.present(*certificate)

    def present(self, certificate, key):
        """Shows this certificate to those who connect from now on."""
        self.tls.load_cert_chain(certificate, key)

    async def start(self):
        for service in self.upstream:
            await self.listen(service)

    async def listen(self, service):
        """Listens before a service, at the port it had before if it had one."""
        async def serve(reader, writer):
            await self._serve(service, reader, writer)
        listener = await asyncio.start_server(
            serve, "127.0.0.1", self.ports.get(service, 0), ssl=self.tls, limit=1 << 22)
        self._listeners[service] = listener
        self.ports[service] = listener.sockets[0].getsockname()[1]

    def refuse(self, service):
        """Has connections to a service refused until `listen`."""
        self._listeners.pop(service).close()

    def end(self):
        for service in list(self._listeners):
            self.refuse(service)
        for writer in list(self._open):
            writer.close()

    def clouds(self, path, name, target, authority=None):
        """Writes a copy of a clouds.yaml whose entry leads through the proxies."""
        with open(path) as file:
            entry = yaml.safe_load(file)["clouds"][name]
        scheme = "https" if self.tls else "http"
        for service, port in self.ports.items():
            prefix, base = SERVICES[service]
            entry[f"{prefix}_endpoint_override"] = f"{scheme}://127.0.0.1:{port}{base}"
        entry["auth"]["auth_url"] = f"{scheme}://127.0.0.1:{self.ports['identity']}/v3"
        if authority:
            entry["cacert"] = authority
        with open(target, "w") as file:
            yaml.safe_dump({"clouds": {name: entry}}, file)

    async def _serve(self, service, reader, writer):
        self._open.add(writer)
        try:
            head = (await reader.readuntil(b"\r\n\r\n"))[:-4]
            request = Request(service, head, b"")
            request.body = await reader.readexactly(int(request.headers.get("content-length", "0")))
            self._note_secrets(request)
            self.seen.append(request)

            async def forward():
                answer = await self._forward(request)
                request.status = answer.status
                if token := answer.header("x-subject-token"):
                    self.secrets.add(token)
                return answer

            answer = await (self.fault(request, forward) if self.fault else forward())
            if answer is not None:
                writer.write(answer.bytes() if isinstance(answer, Answer) else answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client is gone, or the cloud is
        finally:
            self._open.discard(writer)
            # RuntimeError: the script is ending, and the loop has.
            with contextlib.suppress(OSError, RuntimeError):
                writer.close()

    async def _forward(self, request):
        reader, writer = await asyncio.open_connection(*self.upstream[request.service])
        try:
            host, port = self.upstream[request.service]
            fields = request.headers | {"host": f"{host}:{port}", "connection": "close"}
            lines = [f"{request.method} {request.target} HTTP/1.1", *(f"{k}: {v}" for k, v in fields.items()), "", ""]
            writer.write("\r\n".join(lines).encode("latin-1") + request.body)
            await writer.drain()
            return Answer.parse(await reader.read(-1))
        finally:
            writer.close()

    def _note_secrets(self, request):
        if token := request.headers.get("x-auth-token"):
            self.secrets.add(token)
        if request.body and b'"password"' in request.body:
            self.secrets |= set(_passwords(json.loads(request.body)))


def _passwords(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "password" and isinstance(inner, str):
                yield inner
            yield from _passwords(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _passwords(inner)


def upstreams(connection):
    """Where the services of a cloud are, from its catalogue."""
    found = {}
    for service in SERVICES:
        parts = urllib.parse.urlsplit(connection.session.get_endpoint(service_type=service, interface="public"))
        found[service] = (parts.hostname, parts.port)
    return found
