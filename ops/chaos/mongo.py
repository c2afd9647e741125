"""As much of a MongoDB client as is needed to look at documents: one connection, OP_MSG, a subset of BSON.

Wire protocol: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/, BSON: https://bsonspec.org
"""

import socket
import struct
import urllib.parse


def encode(document):
    out = b""
    for name, value in document.items():
        key = name.encode() + b"\0"
        if isinstance(value, bool):
            out += b"\x08" + key + bytes([value])
        elif isinstance(value, int):
            out += b"\x12" + key + struct.pack("<q", value)
        elif isinstance(value, str):
            data = value.encode() + b"\0"
            out += b"\x02" + key + struct.pack("<i", len(data)) + data
        elif isinstance(value, dict):
            out += b"\x03" + key + encode(value)
        elif isinstance(value, list):
            out += b"\x04" + key + encode({str(n): item for n, item in enumerate(value)})
        else:
            raise TypeError(type(value))
    return struct.pack("<i", len(out) + 5) + out + b"\0"


def decode(data, at=0):
    """Reads a document; answers it and where it ends."""
    end = at + struct.unpack_from("<i", data, at)[0] - 1
    at += 4
    found = {}
    while at < end:
        kind = data[at]
        stop = data.index(b"\0", at)
        name = data[at + 1:stop].decode()
        at = stop + 1
        if kind in (0x02, 0x0D, 0x0E):
            size = struct.unpack_from("<i", data, at)[0]
            value = data[at + 4:at + 3 + size].decode()
            at += 4 + size
        elif kind in (0x03, 0x04):
            value, at = decode(data, at)
            if kind == 0x04:
                value = list(value.values())
        elif kind == 0x05:
            size = struct.unpack_from("<i", data, at)[0]
            value = data[at + 5:at + 5 + size]
            at += 5 + size
        elif kind == 0x08:
            value = bool(data[at])
            at += 1
        elif kind == 0x0A:
            value = None
        elif kind == 0x10:
            value = struct.unpack_from("<i", data, at)[0]
            at += 4
        elif kind == 0x01:
            value = struct.unpack_from("<d", data, at)[0]
            at += 8
        elif kind in (0x09, 0x11, 0x12):
            value = struct.unpack_from("<q", data, at)[0]
            at += 8
        elif kind == 0x07:
            value = data[at:at + 12]
            at += 12
        else:
            raise ValueError(f"BSON type {kind} of {name}")
        found[name] = value
    return found, end + 1


class Mongo:
    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.database = parts.path.strip("/")
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=10)

    def command(self, command):
        body = b"\0" + encode(command | {"$db": self.database})
        self.socket.sendall(struct.pack("<iiiii", len(body) + 20, 1, 0, 2013, 0) + body)
        size = struct.unpack("<i", self._exactly(4))[0]
        answer, _ = decode(self._exactly(size - 4), 17)
        if not answer.get("ok"):
            raise RuntimeError(answer)
        return answer

    def find(self, collection, filter=None):
        """All documents that match."""
        answer = self.command({"find": collection, "filter": filter or {}, "batchSize": 1000})["cursor"]
        found = answer["firstBatch"]
        while answer["id"]:
            answer = self.command({"getMore": answer["id"], "collection": collection})["cursor"]
            found += answer["nextBatch"]
        return found

    def close(self):
        self.socket.close()

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise ConnectionResetError("mongod closed the connection")
            data += part
        return data
