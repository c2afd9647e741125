"""What the chaos scripts share: a `hawser dev` of their own, more processes beside it, clients, servers looked into.

Everything is started on ports of its own below a temporary directory, and ended by its process id. Python's standard
library is all that is needed. HAWSER_PROGRAM names the program, else it is .build/release/hawser.
"""

import asyncio
import base64
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

from mongo import Mongo

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.dirname(os.path.abspath(__file__))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def quantile(values, part):
    """The smallest value that this part of all values does not exceed; None when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else None


def rounded(value):
    return None if value is None else round(value, 3)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Checks:
    """Promises and whether they were kept; the summary that a script prints at its end."""

    def __init__(self):
        self.failed = []
        self.figures = {}

    def check(self, promise, is_kept, seen=""):
        print(f"{'kept  ' if is_kept else 'BROKEN'} {promise}{f': {seen}' if seen != '' else ''}", flush=True)
        if not is_kept:
            self.failed.append(promise)

    def note(self, **figures):
        self.figures.update(figures)

    def end(self):
        print(json.dumps({"ok": not self.failed, "broken": self.failed, **self.figures}), flush=True)
        return 1 if self.failed else 0


class Stand:
    """A `hawser dev` in a directory of its own, with processes beside it."""

    def __init__(self, **settings):
        self.directory = tempfile.mkdtemp(prefix="hawser-chaos-")
        self.data = f"{self.directory}/data"
        self.program = os.environ.get("HAWSER_PROGRAM") or f"{ROOT}/.build/release/hawser"
        self.children = []
        self.dev = None
        self.seen = set()
        mongod = os.environ.get("HAWSER_MONGOD")
        if not mongod:
            mongod = subprocess.run(
                [f"{ROOT}/ops/testbed/mongod"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("HAWSER_")}
        self.environment |= {
            "HAWSER_DATA": self.data,
            "HAWSER_LISTEN": f"127.0.0.1:{free_port()}",
            "HAWSER_MASTER_KEY": secrets.token_hex(32),
            "HAWSER_ADMIN_KEY": secrets.token_hex(16),
            "HAWSER_WEBHOOK_ALLOW": "127.0.0.0/8",
            "HAWSER_MONGOD": mongod,
        }
        self.environment |= {name: str(value) for name, value in settings.items()}

    # Starting and ending

    def spawn(self, words, log, **settings):
        """Starts a process that ends with this script; its output goes to a file."""
        environment = self.environment | {name: str(value) for name, value in settings.items()}
        with open(f"{self.directory}/{log}", "ab") as output:
            child = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", *words], env=environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True)
        self.children.append(child)
        return child

    def start_dev(self, workers=0):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{self.data}/dev.json")
        self.dev = self.spawn([self.program, "dev", "--workers", str(workers)], "dev.log")
        limit = time.monotonic() + 90
        while not os.path.exists(f"{self.data}/dev.json"):
            if self.dev.poll() is not None or time.monotonic() > limit:
                sys.exit(f"hawser dev did not start:\n{self.log('dev.log')}")
            time.sleep(0.02)
        with open(f"{self.data}/dev.json") as file:
            self.urls = json.load(file)
        self.beside = {
            "HAWSER_REDIS_URL": self.urls["redis_url"], "HAWSER_MONGO_URL": self.urls["mongo_url"],
        }
        self.note_services()

    def services(self):
        """The processes that dev runs now, by name."""
        with open(f"{self.data}/dev-children.json") as file:
            return {entry["name"]: entry["id"] for entry in json.load(file)}

    def note_services(self):
        with contextlib.suppress(OSError, ValueError):
            self.seen |= set(self.services().values())

    def end_dev(self):
        """Asks dev to end; answers its exit code, and the processes of it that are still there."""
        self.note_services()
        self.dev.terminate()
        code = self.dev.wait(90)
        return code, [pid for pid in self.seen if is_alive(pid)] + self.strays()

    def strays(self):
        """Processes of the program or its servers that name this stand's data and are none of this script's own."""
        own = {child.pid for child in self.children} | {os.getpid()}
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) in own:
                continue
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    text = file.read()
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    text += file.read()
            except OSError:
                continue
            if self.data.encode() in text and is_alive(int(name)):
                found.append(int(name))
        return found

    def worker(self, log, **settings):
        return self.spawn([self.program, "worker"], log, **self.beside, **settings)

    def api(self, log, port):
        return self.spawn([self.program, "api"], log, **self.beside, HAWSER_LISTEN=f"127.0.0.1:{port}")

    def receiver(self, name="ledger"):
        """Starts the outside world that is called; its ledger says who was called when."""
        port = free_port()
        ledger = f"{self.directory}/{name}"
        open(ledger, "w").close()
        self.spawn([sys.executable, f"{HERE}/receiver.py", str(port), ledger], "receiver.log")
        wait_for_port(port)
        return f"http://127.0.0.1:{port}", Ledger(ledger)

    def end(self):
        """Ends all that is left, and removes the directory."""
        if self.dev and self.dev.poll() is None:
            self.end_dev()
        for child in self.children:
            if child.poll() is None:
                child.send_signal(signal.SIGCONT)
                child.kill()
            child.wait()
        if os.environ.get("HAWSER_CHAOS_KEEP"):
            print(f"kept {self.directory}", file=sys.stderr)
        else:
            shutil.rmtree(self.directory, ignore_errors=True)

    def log(self, name):
        try:
            with open(f"{self.directory}/{name}", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    # Clients

    @property
    def api_address(self):
        host, port = self.environment["HAWSER_LISTEN"].split(":")
        return host, int(port)

    def tenant(self):
        """Makes a tenant; answers the value of its Authorization header."""
        status, _, body = asyncio.run(self.once("POST", "/v1/tenants", {"name": "chaos-" + secrets.token_hex(4)},
                                                "Bearer " + self.environment["HAWSER_ADMIN_KEY"]))
        assert status == 201, body
        answer = json.loads(body)
        self.key = "Basic " + base64.b64encode(f"{answer['tenant_id']}:{answer['key']}".encode()).decode()
        return self.key

    async def once(self, method, path, body=None, key=None):
        client = Client(self.api_address, key or self.key)
        try:
            return await client.request(method, path, body)
        finally:
            client.close()

    def explain(self, ids, queue="webhook", most=3):
        """Shows what Redis and the record know of jobs that are not as they should be."""
        if not ids:
            return
        mongo, redis = Mongo(self.urls["mongo_url"]), self.redis()
        for id in ids[:most]:
            documents = mongo.find("jobs", {"_id": id})
            lines = [f"  {change['seq']} {change['state']} at {change['at']} worker {change.get('worker')}"
                     for document in documents for change in document.get("history", [])]
            seen = redis.command("HGET", f"{{hawser:{queue}}}:state", id)
            lease = redis.command("ZSCORE", f"{{hawser:{queue}}}:lease", id)
            print(f"{id}: recorded as {[(d['state'], d['seq']) for d in documents]}, in Redis {seen!r}, lease {lease!r}",
                  *lines, sep="\n", flush=True)
        mongo.close()
        redis.close()

    def redis(self):
        return Redis(self.urls["redis_url"])


def wait_for_port(port, limit=20):
    end = time.monotonic() + limit
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if time.monotonic() > end:
            raise TimeoutError(f"nothing listens on port {port}")
        time.sleep(0.01)


class Client:
    """An HTTP client with one connection that it keeps."""

    def __init__(self, address, key):
        self.address, self.key = address, key
        self.reader = self.writer = None

    def close(self):
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None

    async def request(self, method, path, body=None, headers=None, limit=70):
        """Sends a request; answers status, headers, body. OSError when the connection breaks, TimeoutError on a hang."""
        try:
            return await asyncio.wait_for(self._request(method, path, body, headers or {}), limit)
        except BaseException:
            self.close()
            raise

    async def _request(self, method, path, body, headers):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(*self.address)
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        head = {"Host": "{}:{}".format(*self.address), "Content-Length": str(len(data))}
        if self.key:
            head["Authorization"] = self.key
        if body is not None and not isinstance(body, bytes):
            head["Content-Type"] = "application/json"
        head |= headers
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        self.writer.write("\r\n".join(lines).encode() + data)
        await self.writer.drain()
        while True:
            status, found = await self._head()
            if status >= 200:
                break
        if "chunked" in found.get("transfer-encoding", ""):
            answer = b""
            while size := int((await self._line()).split(b";")[0], 16):
                answer += await self._exactly(size)
                await self._line()
            await self._line()
        elif status in (204, 304) or method == "HEAD":
            answer = b""
        else:
            answer = await self._exactly(int(found.get("content-length", "0")))
        if found.get("connection", "").lower() == "close":
            self.close()
        return status, found, answer

    async def _head(self):
        words = (await self._line()).split(b" ", 2)
        found = {}
        while line := await self._line():
            name, _, value = line.partition(b":")
            found[name.decode().lower()] = value.strip().decode()
        return int(words[1]), found

    async def _line(self):
        line = await self.reader.readline()
        if not line.endswith(b"\n"):
            raise ConnectionResetError("the server closed the connection")
        return line.rstrip(b"\r\n")

    async def _exactly(self, count):
        try:
            return await self.reader.readexactly(count)
        except asyncio.IncompleteReadError as error:
            raise ConnectionResetError("the server closed the connection in the middle of an answer") from error


def form(name, content):
    """A multipart form with one file: the body and its headers."""
    boundary = secrets.token_hex(12)
    head = (f"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n"
            "Content-Type: application/octet-stream\r\n\r\n")
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


async def each(items, work, width=16):
    """Does the work for all items, so many at a time."""
    waiting = iter(items)

    async def lane():
        for item in waiting:
            await work(item)

    await asyncio.gather(*(lane() for _ in range(width)))


async def all_jobs(client, query=""):
    """All jobs of the tenant."""
    jobs, cursor = [], None
    while True:
        path = f"/v1/jobs?limit=1000{query}" + (f"&cursor={cursor}" if cursor else "")
        status, _, body = await client.request("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {body[:300]}")
        page = json.loads(body)
        jobs += page["jobs"]
        cursor = page["next_cursor"]
        if not cursor:
            return jobs


async def history(client, job):
    """All changes of a job that is over, from its event stream."""
    status, _, body = await client.request("GET", f"/v1/jobs/{job}/events")
    if status != 200:
        raise RuntimeError(f"the events of {job}: {status} {body[:300]}")
    return [json.loads(line[6:]) for line in body.decode().splitlines() if line.startswith("data: ")]


def seconds(rfc3339):
    """An RFC 3339 time of the API as seconds since 1970."""
    import datetime
    return datetime.datetime.fromisoformat(rfc3339.replace("Z", "+00:00")).timestamp()


class Ledger:
    """The receiver's notes: one (id, path, time) for each call, in order."""

    def __init__(self, path):
        self.path = path

    def read(self):
        with open(self.path) as file:
            lines = file.read().split("\n")[:-1]
        return [(id, path, float(at)) for id, path, at in (line.split(" ") for line in lines)]

    def by_id(self):
        found = {}
        for id, _, at in self.read():
            found.setdefault(id, []).append(at)
        return found


class Redis:
    """As much of a Redis client as is needed to look at leases."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=10)
        self.file = self.socket.makefile("rb")
        self.command("AUTH", urllib.parse.unquote(parts.password))

    def command(self, *words):
        words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        self.socket.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))
        return self._reply()

    def _reply(self):
        line = self.file.readline()[:-2]
        kind, rest = line[:1], line[1:]
        if kind == b"$":
            return None if rest == b"-1" else self.file.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self._reply() for _ in range(int(rest))]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        return int(rest) if kind == b":" else rest

    def leases(self, queue, pid=None):
        """The jobs of a queue that are leased, by all workers or by the one with this process id."""
        tag = f"{{hawser:{queue}}}:"
        ids = self.command("ZRANGE", tag + "lease", 0, -1)
        if not ids:
            return []
        records = self.command("HMGET", tag + "state", *ids)
        mark = b"-%d-" % pid if pid else b""
        return [id.decode() for id, record in zip(ids, records) if record and mark in record]

    def unfinished(self, queue):
        """How many jobs of a queue are ready, due or running."""
        tag = f"{{hawser:{queue}}}:"
        ready = sum(self.command("LLEN", f"{tag}ready:{priority}") for priority in range(10))
        return ready + self.command("ZCARD", tag + "due") + self.command("ZCARD", tag + "lease")

    def close(self):
        self.socket.close()
