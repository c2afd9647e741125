"""The outside world of the chaos scripts: takes calls, notes them, answers after a while.

Usage: receiver.py PORT LEDGER. Each call becomes a line `webhook-id path time` of the ledger before it is answered.
The path says how: /hook… after 20 to 50 ms; /hold/A/B… after A seconds the first time and after B seconds every later
time. The answer tells how many calls came with this id, and which file the call was about, if any.
"""

import asyncio
import json
import random
import sys
import time

counts = {}
ledger = open(sys.argv[2], "a", buffering=1)


async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            at = time.time()
            lines = head.decode("latin-1").split("\r\n")
            path = lines[0].split(" ")[1]
            headers = {}
            for line in lines[1:-2]:
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            if headers.get("expect", "").lower() == "100-continue":
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            id = headers.get("webhook-id", "-")
            ledger.write(f"{id} {path} {at:.6f}\n")
            counts[id] = count = counts.get(id, 0) + 1
            answer = {"receipt": count}
            if path.startswith("/hold/"):
                words = path.split("/")
                await asyncio.sleep(float(words[2] if count == 1 else words[3]))
            else:
                await asyncio.sleep(random.uniform(0.02, 0.05))
            if body:
                value = json.loads(body)
                if isinstance(value, dict) and isinstance(value.get("file"), dict):
                    answer["object"] = value["file"].get("storage_object_id")
            data = json.dumps(answer).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                         % (len(data), data))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]), backlog=1024)
    await server.serve_forever()


asyncio.run(main())
