"""Clients that put, read and remove files of a bucket, and remember what they were told."""

import asyncio
import hashlib
import random
import time

from stand import Client, quantile, rounded
from storestand import BROKEN, put


# No more files are kept at a time: what is written is often in memory.
MOST = 300


class Clients:
    """What all clients of a bucket were told; `phase` is noted with each answer."""

    def __init__(self, stand, bucket, largest):
        self.stand, self.bucket, self.largest = stand, bucket, int(largest * (1 << 20))
        self.phase = ""
        self.files = {}  # SHA-256 by id, of those that were acknowledged and not removed
        self.removed = set()
        self.doubtful = set()
        self.wrong = []
        self.answers = []  # (phase, operation, status or error, seconds)

    def content(self):
        """Bytes of a size in the metadata, in copies, or coded."""
        size = random.choice([
            random.randrange(8193), random.randrange(8193, 1 << 20), random.randrange(1 << 20, self.largest)])
        return random.randbytes(size)

    def client(self):
        return Client(self.stand.api_address, self.stand.key)

    async def ask(self, operation, request):
        """Notes the outcome of a request; answers what it answers, or (None, None) when there was no answer."""
        phase, began = self.phase, time.monotonic()
        try:
            answer = await request
            status = answer[0]
        except BROKEN as error:
            answer, status = (None, None), type(error).__name__
        self.answers.append((phase, operation, status, time.monotonic() - began))
        return answer

    async def turn(self, client):
        """Stores a file, and reads or removes one now and then; says whether it was stored."""
        data = self.content()
        status, file = await self.ask("put", put(client, self.bucket, data))
        if status != 200:
            # It may be there or not; nobody was told.
            return False
        self.files[file] = hashlib.sha256(data).hexdigest()
        if random.random() < 0.5:
            await self.look(client, random.choice(list(self.files)))
        if self.files and (random.random() < 0.3 or len(self.files) > MOST):
            await self.remove(client, random.choice(list(self.files)))
        return True

    async def look(self, client, file):
        expected = self.files[file]
        answer = await self.ask("get", client.request("GET", f"/api/storages/file/{file}"))
        if answer[0] == 200:
            if hashlib.sha256(answer[2]).hexdigest() != expected:
                self.wrong.append(file)
        elif answer[0] == 404 and file in self.files:
            self.wrong.append((file, 404))

    async def remove(self, client, file):
        del self.files[file]
        answer = await self.ask("delete", client.request("DELETE", f"/api/storages/file/{file}"))
        (self.removed if answer[0] == 200 else self.doubtful).add(file)

    def failures(self):
        """How often there was no success, by what there was."""
        found = {}
        for _, operation, status, _ in self.answers:
            if status != 200:
                name = f"{operation} {status}"
                found[name] = found.get(name, 0) + 1
        return found

    def table(self):
        """A row for each phase and operation: how many answers of which kind, and how long they took."""
        rows = []
        for phase, operation in dict.fromkeys((answer[0], answer[1]) for answer in self.answers):
            mine = [(status, spent) for p, o, status, spent in self.answers if (p, o) == (phase, operation)]
            kinds = {}
            for status, _ in mine:
                kinds[str(status)] = kinds.get(str(status), 0) + 1
            spent = [seconds for _, seconds in mine]
            rows.append({"phase": phase, "operation": operation, "answers": kinds, "p50": rounded(quantile(spent, 0.5)),
                         "p99": rounded(quantile(spent, 0.99)), "max": rounded(max(spent))})
        return rows


def show(rows):
    """Prints the rows of a table in Markdown."""
    print("| while | | answers | p50 | p99 | max |\n|---|---|---|---|---|---|")
    for row in rows:
        kinds = ", ".join(f"{count} x {status}" for status, count in sorted(row["answers"].items()))
        print(f"| {row['phase']} | {row['operation']} | {kinds} | {row['p50']:.2f} s | {row['p99']:.2f} s "
              f"| {row['max']:.2f} s |", flush=True)


async def keep_storing(clients, count, pause, is_over):
    """So many clients store files until it is over, with pauses of so many seconds on average."""

    async def one():
        client = clients.client()
        while not is_over():
            await clients.turn(client)
            await asyncio.sleep(random.uniform(0, 2 * pause))
        client.close()

    await asyncio.gather(*(one() for _ in range(count)))
