"""A `hawser dev` of one's own for benches: starts it on a temporary directory, knows its API process, ends it."""

import ctypes
import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def end_with_parent():
    """Makes the child end when this program does, even when that is killed (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Dev:
    """`with Dev() as dev:` runs API, workers, redis-server and mongod in a directory that is removed afterwards."""

    def __init__(self, directory=None, workers=1, binary=None, **settings):
        self.binary = binary or os.path.join(ROOT, ".build/release/hawser")
        self.work = tempfile.mkdtemp(prefix="hawser-bench-", dir=directory)
        self.data = os.path.join(self.work, "data")
        self.workers = workers
        self.settings = settings

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def start(self):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HAWSER_")}
        mongod = subprocess.run([ROOT + "/ops/testbed/mongod"], check=True, capture_output=True, text=True)
        environment.update(
            {
                "HAWSER_MONGOD": mongod.stdout.strip(),
                "HAWSER_DATA": self.data,
                "HAWSER_LISTEN": "127.0.0.1:0",
                "HAWSER_WEBHOOK_ALLOW": "127.0.0.0/8",
            }
        )
        environment.update(self.settings)
        with open(os.path.join(self.work, "dev.log"), "w") as log:
            self.process = subprocess.Popen(
                [self.binary, "dev", "--workers", str(self.workers)],
                env=environment,
                stdout=log,
                stderr=log,
                preexec_fn=end_with_parent,
            )
        announcement = os.path.join(self.data, "dev.json")
        deadline = time.monotonic() + 90
        while not os.path.exists(announcement):
            if self.process.poll() is not None or time.monotonic() > deadline:
                with open(os.path.join(self.work, "dev.log")) as log:
                    raise SystemExit("hawser dev did not start:\n" + log.read()[-3000:])
            time.sleep(0.05)
        with open(announcement) as file:
            self.url = json.load(file)["api_url"]
        self.host, self.port = self.url.split("//")[1].rsplit(":", 1)
        self.port = int(self.port)
        with open(os.path.join(self.data, "secrets/admin-key")) as file:
            self.admin_key = file.read().strip()
        self.api = Process(self.child("api"))
        return self

    def __exit__(self, *_):
        process = getattr(self, "process", None)
        if process and process.poll() is None:
            process.terminate()
            try:
                process.wait(90)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.work, ignore_errors=True)

    def child(self, command):
        """The process id of a child that runs a command of this program, or another program."""
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open(f"/proc/{entry}/stat") as file:
                    parent = int(file.read().rsplit(")", 1)[1].split()[1])
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except (OSError, ValueError):
                continue
            # Redis makes one text of its words.
            names = [os.path.basename(words[0].split(b" ")[0])] + words[1:2]
            if parent == self.process.pid and command.encode() in names:
                return int(entry)
        raise SystemExit(f"no {command} process runs")

    def request(self, method, path, key, body=None):
        """Sends JSON and gives the status and the JSON of the answer."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
        headers = {"Authorization": f"Bearer {key}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text else None

    def tenant(self, name):
        """A new tenant's key."""
        status, answer = self.request("POST", "/v1/tenants", self.admin_key, {"name": name})
        if status != 201:
            raise SystemExit(f"no tenant: {status} {answer}")
        return answer["key"]


class Process:
    """The memory and time of a process, from /proc."""

    def __init__(self, pid):
        self.pid = pid

    def memory(self):
        """MiB: VmRSS, VmHWM (the most VmRSS ever was), RssAnon (without pages of files), by name."""
        sizes = {}
        with open(f"/proc/{self.pid}/status") as file:
            for line in file:
                name, _, rest = line.partition(":")
                if name in ("VmRSS", "VmHWM", "RssAnon"):
                    sizes[name] = int(rest.split()[0]) / 1024
        return sizes

    def seconds(self):
        """Processor time used, user and system."""
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def reset_peak(self):
        """Makes VmHWM start again from what is used now (proc(5), clear_refs)."""
        with open(f"/proc/{self.pid}/clear_refs", "w") as file:
            file.write("5")


class Watch:
    """`with Watch(process) as watch:` notes the most memory a process has while the block runs, and its time."""

    def __init__(self, process, every=0.02):
        self.process = process
        self.every = every
        self.ended = threading.Event()
        self.anonymous = 0.0

    def sample(self):
        while True:
            self.anonymous = max(self.anonymous, self.process.memory()["RssAnon"])
            if self.ended.wait(self.every):
                return

    def __enter__(self):
        self.process.reset_peak()
        self.before = self.process.seconds()
        self.began = time.monotonic()
        self.thread = threading.Thread(target=self.sample)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self.began
        self.processor = self.process.seconds() - self.before
        self.ended.set()
        self.thread.join()
        self.peak = self.process.memory()["VmHWM"]
