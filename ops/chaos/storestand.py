"""A stand whose file store is looked into: its jobs, its records, its targets' directories; and what checks it in the end."""

import asyncio
import hashlib
import json
import os
import subprocess
import time

from mongo import Mongo
from stand import Client, Stand, form

# What a request fails with when its connection breaks or nobody answers.
BROKEN = (OSError, asyncio.TimeoutError)
FINAL = ("succeeded", "failed", "cancelled")


class StoreStand(Stand):
    """A stand with so many directories as targets; `store` makes the tenant's bucket."""

    def __init__(self, targets=6, **settings):
        super().__init__(HAWSER_TARGETS=targets, **settings)

    async def bucket(self):
        """A new bucket of the tenant; answers its number."""
        status, _, body = await self.once("POST", "/api/storages/bucket", {"Name": "chaos", "Path": "/chaos"})
        assert status == 200, body
        return json.loads(body)

    async def admin(self, method, path, body=None, patience=60):
        """Asks as the operator, again while the API is away."""
        end = time.monotonic() + patience
        key = "Bearer " + self.environment["HAWSER_ADMIN_KEY"]
        while True:
            try:
                status, _, answer = await self.once(method, path, body, key)
                if status < 500:
                    return status, json.loads(answer) if answer else None
            except BROKEN:
                pass
            if time.monotonic() > end:
                raise TimeoutError(f"{method} {path}")
            await asyncio.sleep(0.2)

    async def finished(self, job, patience):
        """A job's record, when it is over or the patience is."""
        end = time.monotonic() + patience
        while True:
            _, record = await self.admin("GET", f"/v1/jobs/{job}")
            if record["state"] in FINAL or time.monotonic() > end:
                return record
            await asyncio.sleep(0.1)

    async def collect(self):
        """Has everything collected that nothing names now; answers the job's result, or the job when it failed."""
        said = await asyncio.to_thread(
            subprocess.run, [self.program, "targets", "collect", "--older-than", "0"],
            env=self.environment | self.beside, check=True, stdout=subprocess.PIPE, text=True)
        record = await self.finished(said.stdout.strip(), 120)
        return record["result"] if record["state"] == "succeeded" else record

    async def settle(self, mongo, patience):
        """Waits until all contents are durable; answers those that are not, and how long it took in seconds.

        Those that were removed while a target could not remove their fragments are for the collection.
        """
        began = time.monotonic()
        while True:
            left = [entry for entry in mongo.find("contents") if entry["state"] not in ("durable", "dying")]
            if not left or time.monotonic() - began > patience:
                return left, time.monotonic() - began
            await asyncio.sleep(0.5)

    def mongo(self):
        return Mongo(self.urls["mongo_url"])

    def files(self, disks=None, stores=None):
        """The files of the store, by target; those in the staging area by the empty name.

        Targets outside of the data directory are named by their ids: `disks` with their directories, `stores` with what
        knows the names of their objects.
        """
        roots = {"": f"{self.data}/staged"} | (disks or {})
        roots |= {name: f"{self.data}/targets/{name}" for name in os.listdir(f"{self.data}/targets")}
        found = {name: store.names() for name, store in (stores or {}).items()}
        for name, root in roots.items():
            for folder, _, names in os.walk(root):
                if folder != root:
                    found.setdefault(name, set()).update(f"{os.path.basename(folder)}/{entry}" for entry in names)
        return {name: names for name, names in found.items() if names}


def named(contents):
    """How many files contents name, by target."""
    count = {}
    for entry in contents:
        layout = entry["layout"]
        if layout["type"] == "staged":
            count[""] = count.get("", 0) + 1
        for partition in layout.get("partitions", []):
            for number in partition["targets"]:
                name = layout["targets"][number]
                count[name] = count.get(name, 0) + 1
    return count


async def put(client, bucket, data):
    """Uploads a file; answers the status, and the file's id when it was stored, else the answer."""
    body, headers = form("file.bin", data)
    status, _, answer = await client.request("POST", f"/api/storages/file/{bucket}", body, headers)
    return status, json.loads(answer)[0]["FileId"] if status == 200 else answer


async def wrong(address, key, files, width=4):
    """Those of the files (SHA-256 by id) that do not read back right, with what was answered."""
    found = []
    waiting = iter(list(files.items()))

    async def lane():
        client = Client(address, key)
        for file, expected in waiting:
            try:
                status, _, data = await client.request("GET", f"/api/storages/file/{file}")
            except BROKEN as error:
                found.append((file, repr(error)))
                continue
            if status != 200 or hashlib.sha256(data).hexdigest() != expected:
                found.append((file, status))
        client.close()

    await asyncio.gather(*(lane() for _ in range(width)))
    return found


async def check_store(stand, checks, mongo, **others):
    """Collects twice, then compares what is on the targets with what the contents in MongoDB name.

    `others`: targets outside of the data directory, as `StoreStand.files` takes them. Answers what was collected.
    """
    first = await stand.collect()
    second = await stand.collect()
    checks.check("nothing is left after collection", second.get("files") == 0 and second.get("contents") == 0,
                 f"{first}, then {second}")
    contents, objects = mongo.find("contents"), mongo.find("objects")
    there = {name: len(names) for name, names in stand.files(**others).items()}
    checks.check("the targets keep what contents name, and nothing else", there == named(contents),
                 f"{there} and {named(contents)}")
    by_content = {}
    for entry in objects:
        by_content[entry["content"]] = by_content.get(entry["content"], 0) + 1
    checks.check("each content is named as often as it says",
                 by_content == {entry["_id"]: entry["references"] for entry in contents}, f"{len(contents)} contents")
    return first
