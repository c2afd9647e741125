#!/usr/bin/env python3
"""Measures ways to keep a queue's jobs in Redis, on a private redis-server, and prints a table in Markdown.

Needs redis-server and Python's standard library. Usage: measure.py [--rounds 3] [--jobs 100000] [--backlog 1000000]
"""
import argparse
import ctypes
import os
import re
import signal
import socket
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))

# name: (layout, codec, events, redis settings)
MODELS = {
    "A hash per job": ("hash-per-job", None, "change", {}),
    "A2 hash per job, kept as listpack": ("hash-per-job", None, "change", {"hash-max-listpack-value": "512"}),
    "B shared, cmsgpack": ("shared-hashes", "cmsgpack", "change", {}),
    "C shared, text": ("shared-hashes", "text", "change", {}),
    "D shared, struct": ("shared-hashes", "struct", "change", {}),
    "E shared, cmsgpack, one event per call": ("shared-hashes", "cmsgpack", "call", {}),
    "F shared, text, one event per call": ("shared-hashes", "text", "call", {}),
    "G shared, struct, one event per call": ("shared-hashes", "struct", "call", {}),
}
DEFAULTS = {"hash-max-listpack-value": "64"}
KEYS = [b"{q}ready", b"{q}lease", b"{q}events", b"{q}due", b"{q}body:", b"{q}state"]


class Redis:
    """A blocking client of a few lines."""

    def __init__(self, path):
        deadline = time.monotonic() + 10
        while True:
            try:
                self.socket = socket.socket(socket.AF_UNIX)
                self.socket.connect(path)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
        self.input = self.socket.makefile("rb", buffering=1 << 20)

    def call(self, *words):
        parts = [b"*%d\r\n" % len(words)]
        for word in words:
            if not isinstance(word, bytes):
                word = str(word).encode()
            parts.append(b"$%d\r\n%b\r\n" % (len(word), word))
        self.socket.sendall(b"".join(parts))
        return self.reply()

    def reply(self):
        line = self.input.readline()
        mark, rest = line[:1], line[1:-2]
        if mark == b"$":
            size = int(rest)
            return None if size < 0 else self.input.read(size + 2)[:-2]
        if mark == b"*":
            return [self.reply() for _ in range(int(rest))]
        if mark == b":":
            return int(rest)
        if mark == b"-":
            raise RuntimeError(rest.decode())
        return rest

    def info(self, section):
        lines = self.call("INFO", section).decode().splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def cpu(self):
        """Microseconds of processor time the server's main thread has used."""
        info = self.info("cpu")
        return 1e6 * (float(info["used_cpu_user_main_thread"]) + float(info["used_cpu_sys_main_thread"]))

    def script_time(self):
        """Microseconds the server has spent inside scripts since CONFIG RESETSTAT."""
        line = self.info("commandstats").get("cmdstat_evalsha", "usec=0,")
        return float(re.search(r"usec=(\d+)", line).group(1))

    def memory(self):
        return int(self.info("memory")["used_memory"])


def sections(name):
    """The parts of a Lua file that start with `--- title`."""
    with open(f"{HERE}/{name}.lua") as file:
        parts = re.split(r"^--- (.*)$", file.read(), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def scripts(model):
    layout, codec, events, _ = model
    frame = sections("frame")
    head = frame[f"events: one entry per {'call' if events == 'call' else 'change of a job'}"] + frame["clock"]
    if codec:
        head += sections("codecs")[codec]
    with open(f"{HERE}/{layout}.lua") as file:
        head += file.read()
    return head + frame["enqueue"], head + frame["turn"]


class Bench:
    def __init__(self, redis, model):
        self.redis = redis
        redis.call("FLUSHALL")
        redis.call("SCRIPT", "FLUSH")
        for key, value in {**DEFAULTS, **model[3]}.items():
            redis.call("CONFIG", "SET", key, value)
        enqueue, turn = scripts(model)
        self.enqueue_sha = redis.call("SCRIPT", "LOAD", enqueue)
        self.turn_sha = redis.call("SCRIPT", "LOAD", turn)
        self.made = 0
        self.body = b'{"url":"https://example.com/hook","headers":{}}'.ljust(300, b".")

    def enqueue(self, count):
        for start in range(0, count, 1000):
            words = []
            for _ in range(min(1000, count - start)):
                self.made += 1
                words += [b"019aa0c0-0000-7000-8000-%012x" % self.made, self.body]
            self.redis.call("EVALSHA", self.enqueue_sha, len(KEYS), *KEYS, *words)

    def drain(self, jobs, batch):
        """Claims and settles that many jobs, `batch` with each call; the last call only settles."""
        finished = []
        settled = 0
        while settled < jobs:
            want = batch if settled + len(finished) // 2 < jobs else 0
            answer = self.redis.call("EVALSHA", self.turn_sha, len(KEYS), *KEYS, max(want, 0), *finished)
            if answer[0] != len(finished) // 2:
                raise RuntimeError("a result was refused")
            settled += answer[0]
            finished = [word for i in range(1, len(answer), 4) for word in (answer[i], answer[i + 1])]
            if not finished and settled < jobs:
                raise RuntimeError("the queue is empty too early")

    def hold(self, jobs):
        """Claims jobs and keeps their leases."""
        for _ in range(jobs // 100):
            self.redis.call("EVALSHA", self.turn_sha, len(KEYS), *KEYS, 100)

    def measured(self, jobs, work):
        """(microseconds in scripts, of processor time, and jobs per second) of some work."""
        self.redis.call("CONFIG", "RESETSTAT")
        cpu = self.redis.cpu()
        start = time.monotonic()
        work()
        elapsed = time.monotonic() - start
        return self.redis.script_time() / jobs, (self.redis.cpu() - cpu) / jobs, jobs / elapsed


def better(old, new):
    """The quieter of two measurements: the least time, the highest rate."""
    if old is None:
        return new
    return min(old[0], new[0]), min(old[1], new[1]), max(old[2], new[2])


def child():
    # The server must not outlive this script, however it ends (PR_SET_PDEATHSIG).
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3, help="repetitions; the best of each number counts (3)")
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--backlog", type=int, default=1_000_000, help="0 leaves this part out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hawser-models-") as directory:
        path = f"{directory}/redis.sock"
        server = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no", "--dir", directory],
            stdout=subprocess.DEVNULL,
            preexec_fn=child,
        )
        try:
            run(Redis(path), options)
        finally:
            server.terminate()
            server.wait()


def run(redis, options):
    results = {name: {} for name in MODELS}
    parts = [(1, options.jobs // 10), (10, options.jobs * 3 // 10), (100, options.jobs // 2)]
    for _ in range(options.rounds):
        for name, model in MODELS.items():
            mine = results[name]
            bench = Bench(redis, model)
            before = redis.memory()
            new = bench.measured(options.jobs, lambda: bench.enqueue(options.jobs))
            mine["enqueue"] = better(mine.get("enqueue"), new)
            events = redis.call("MEMORY", "USAGE", KEYS[2], "SAMPLES", 0)
            mine["memory"] = (redis.memory() - before - events) / options.jobs
            mine["events"] = events / options.jobs
            for batch, jobs in parts:
                mine[batch] = better(mine.get(batch), bench.measured(jobs, lambda: bench.drain(jobs, batch)))
            bench = Bench(redis, model)
            bench.enqueue(10_000 + options.jobs // 2)
            bench.hold(10_000)
            for batch, jobs in [(10, options.jobs // 5), (100, options.jobs * 3 // 10)]:
                new = bench.measured(jobs, lambda: bench.drain(jobs, batch))
                mine["held", batch] = better(mine.get(("held", batch)), new)
    redis_version = redis.info("server")["redis_version"]
    print(f"Redis {redis_version}, {options.jobs} jobs of 300 bytes, best of {options.rounds} rounds.\n")
    print("| model | B/job waiting | B/job events | enqueue | turn 1 | turn 10 | turn 100 | drain/s 10 | drain/s 100 "
          "| 10k leases: turn 10, 100 | drain/s |")
    print("|---" * 11 + "|")
    for name, mine in results.items():
        both = lambda key: f"{mine[key][0]:.1f} / {mine[key][1]:.1f}"
        print(f"| {name} | {mine['memory']:.0f} | {mine['events']:.0f} | {both('enqueue')} | {both(1)} | {both(10)} "
              f"| {both(100)} | {mine[10][2]:.0f} | {mine[100][2]:.0f} "
              f"| {mine['held', 10][1]:.1f}, {mine['held', 100][1]:.1f} "
              f"| {mine['held', 10][2]:.0f}, {mine['held', 100][2]:.0f} |")
    if options.backlog:
        ranked = sorted(MODELS, key=lambda name: results[name][10][1])
        print(f"\n| backlog of {options.backlog} | enqueue | turn 10 | turn 100 | drain/s 10 | drain/s 100 | B/job |")
        print("|---" * 7 + "|")
        for name in ranked[:2] + ["A hash per job"]:
            bench = Bench(redis, MODELS[name])
            before = redis.memory()
            enqueue = bench.measured(options.backlog, lambda: bench.enqueue(options.backlog))
            memory = (redis.memory() - before) / options.backlog
            ten = hundred = None
            for _ in range(options.rounds):
                ten = better(ten, bench.measured(20_000, lambda: bench.drain(20_000, 10)))
                hundred = better(hundred, bench.measured(50_000, lambda: bench.drain(50_000, 100)))
            print(f"| {name} | {enqueue[1]:.1f} | {ten[1]:.1f} | {hundred[1]:.1f} | {ten[2]:.0f} | {hundred[2]:.0f} "
                  f"| {memory:.0f} |")


if __name__ == "__main__":
    main()
