"""Tells whether anybody opened, changed, made or removed something below a directory (inotify(7))."""

import ctypes
import os
import struct

ALL_EVENTS = 0xFFF
libc = ctypes.CDLL(None, use_errno=True)


class Watch:
    """Watches a directory and those below it that are there now."""

    def __init__(self, root):
        self.file = libc.inotify_init1(os.O_NONBLOCK)
        self.folders = {}
        for folder, _, _ in list(os.walk(root)):
            number = libc.inotify_add_watch(self.file, folder.encode(), ALL_EVENTS)
            if number < 0:
                raise OSError(ctypes.get_errno(), "inotify_add_watch", folder)
            self.folders[number] = folder
        # What walking it has made.
        self.seen()

    def seen(self):
        """What happened since it was asked last: (path, event mask)."""
        found = []
        while True:
            try:
                data = os.read(self.file, 1 << 16)
            except BlockingIOError:
                return found
            at = 0
            while at < len(data):
                number, mask, _, size = struct.unpack_from("iIII", data, at)
                name = data[at + 16:at + 16 + size].split(b"\0")[0].decode(errors="replace")
                found.append((f"{self.folders.get(number)}/{name}", hex(mask)))
                at += 16 + size
