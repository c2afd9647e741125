"""Targets that can be brought into trouble: a disk that fills up, a disk that fails, a store that stops answering.

Needs root for the disks, and for the store Debian's packages of Ceph, which `ops/testbed/ceph/up` installs.
"""

import contextlib
import glob
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree

from stand import ROOT, free_port

sys.path.insert(0, f"{ROOT}/ops/lib")
import s3  # noqa: E402


def run(*words, **options):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


class Disk:
    """A file system of its own below a directory that cannot be written to while it is not mounted."""

    def __init__(self, base, size):
        self.base, self.size = base, size
        self.path = f"{base}/disk"

    def start(self):
        os.makedirs(self.base)
        run("mount", "-t", "tmpfs", "-o", "size=1m", "none", self.base)
        os.mkdir(self.path)
        run("mount", "-o", "remount,ro", self.base)
        self.mount()

    def body(self, id):
        """What `POST /v1/targets` takes."""
        return {"id": id, "type": "directory", "path": self.path}

    def is_being_written(self):
        return bool(glob.glob(f"{self.path}/*/*.half"))

    def unmount(self, path, patience=30):
        """Unmounts as soon as nobody has a file open there."""
        end = time.monotonic() + patience
        while subprocess.run(["umount", path], stderr=subprocess.DEVNULL).returncode:
            if time.monotonic() > end:
                # Gone with its last user then.
                subprocess.run(["umount", "--lazy", path])
                raise TimeoutError(f"{path} is still in use")
            time.sleep(0.02)

    def end(self):
        for path in (self.path, self.base):
            if os.path.ismount(path):
                try:
                    self.unmount(path)
                except TimeoutError:
                    pass


class FullDisk(Disk):
    """A small disk that somebody else fills to its last byte."""

    what = "a disk is full"
    said = "no space left"

    def mount(self):
        run("mount", "-t", "tmpfs", "-o", f"size={self.size}", "none", self.path)

    def begin(self):
        with open(f"{self.path}/other", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(64 << 10))
            except OSError:
                pass
        # The holes that what is being written now would still have found.
        self.more = 0
        while os.statvfs(self.path).f_bavail:
            try:
                with open(f"{self.path}/other{self.more}", "wb", buffering=0) as file:
                    self.more += 1
                    file.write(bytes(4096))
            except OSError:
                break

    def back(self):
        for name in glob.glob(f"{self.path}/other*"):
            os.unlink(name)


class FailedDisk(Disk):
    """A disk with ext4, which makes it read-only after an error, files that are being written included."""

    what = "a disk is read-only"
    said = "Read-only file system"

    def mount(self):
        image = self.base + ".ext4"
        if not os.path.exists(image):
            with open(image, "wb") as file:
                file.truncate(self.size)
            run("mkfs.ext4", "-q", "-m", "0", image)
        run("mount", "-o", "loop,errors=remount-ro", image, self.path)
        self.device = os.path.basename(run("findmnt", "--noheadings", "--output", "SOURCE", self.path).strip())

    def begin(self):
        with open(f"/sys/fs/ext4/{self.device}/trigger_fs_error", "w") as file:
            file.write("1")

    def back(self):
        self.unmount(self.path)
        # 1: errors were corrected.
        subprocess.run(["e2fsck", "-fy", self.base + ".ext4"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.mount()


class HangingStore:
    """A bucket of a Ceph of its own, whose gateway is stopped and goes on."""

    what = "a store hangs"
    said = "does not answer"

    def __init__(self, base):
        self.base = base
        self.environment = os.environ | {
            "HAWSER_TESTBED_CEPH": base, "PORT_RGW": str(free_port()), "PORT_MONITOR": str(free_port()),
            "OSD_BYTES": str(8 << 30)}
        self.bucket, self.pid = "chaos", None

    def start(self):
        """Starts what does not run of it, and makes the bucket."""
        path = run(f"{ROOT}/ops/testbed/ceph/up", env=self.environment).strip()
        with open(path) as file:
            self.known = dict(line.rstrip("\n").split("=", 1) for line in file)
        with open(f"{self.base}/run/rgw.pid") as file:
            self.pid = int(file.read())
        self.ask("PUT")

    def ask(self, method, **query):
        return s3.ask(self.known["RGW_ENDPOINT"], self.known["RGW_ADMIN_ACCESS_KEY"],
                      self.known["RGW_ADMIN_SECRET_KEY"], method, f"/{self.bucket}", query)

    def body(self, id):
        return {"id": id, "type": "bucket", "endpoint": self.known["RGW_ENDPOINT"], "bucket": self.bucket,
                "access_key": self.known["RGW_ADMIN_ACCESS_KEY"], "secret_key": self.known["RGW_ADMIN_SECRET_KEY"]}

    def is_being_written(self):
        """Whether a connection of the gateway has bytes that it has not read yet, or that are on the way."""
        port = int(self.environment["PORT_RGW"])
        with open("/proc/net/tcp") as file:
            for line in file.readlines()[1:]:
                words = line.split()
                if int(words[1].rsplit(":", 1)[1], 16) == port and int(words[4].split(":")[1], 16) > 16 << 10:
                    return True
        return False

    def begin(self):
        os.kill(self.pid, signal.SIGSTOP)

    def back(self):
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGCONT)

    def names(self):
        """The names of all objects."""
        found, after = set(), ""
        while True:
            text = self.ask("GET", **{"list-type": "2", "start-after": after}).decode()
            root = xml.etree.ElementTree.fromstring(re.sub(r' xmlns="[^"]+"', "", text, count=1))
            page = [entry.findtext("Key") for entry in root.iter("Contents")]
            found |= set(page)
            if root.findtext("IsTruncated") != "true":
                return found
            after = page[-1]

    def end(self):
        self.back()
        subprocess.run([f"{ROOT}/ops/testbed/ceph/down", "--remove"], env=self.environment)


def end(stand, targets):
    """Ends the stand and what was started for it; in this order, since it removes the directory that all are in."""
    for target in targets:
        if isinstance(target, HangingStore):
            target.back()
    if stand.dev and stand.dev.poll() is None:
        stand.end_dev()
    for target in targets:
        target.end()
    stand.end()
