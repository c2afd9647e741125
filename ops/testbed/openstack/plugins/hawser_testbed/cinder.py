"""Cinder backend that keeps each volume and snapshot as a sparse file."""

import contextlib
import io
import os
import subprocess

from cinder import exception
from cinder.volume import configuration, driver
from oslo_config import cfg

from hawser_testbed import faults

GIB = 1 << 30
OPTIONS = [
    cfg.StrOpt("file_dir", help="The directory of the files."),
    cfg.IntOpt("file_capacity_gb", default=1_000_000, help="The capacity that the scheduler is told."),
]
cfg.CONF.register_opts(OPTIONS, group=configuration.SHARED_CONF_GROUP)


def _error(message):
    return exception.VolumeBackendAPIException(data=message)


def _copy(source, target):
    subprocess.run(["cp", "--sparse=always", source, target], check=True)


def _resize(path, gigabytes):
    with open(path, "ab") as file:
        file.truncate(gigabytes * GIB)


def _remove(path):
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


class FileDriver(driver.VolumeDriver):
    VERSION = "1"
    CI_WIKI_NAME = "none"

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.configuration.append_config_values(OPTIONS)

    def do_setup(self, context):
        os.makedirs(self.configuration.file_dir, exist_ok=True)

    def check_for_setup_error(self):
        pass

    def _path(self, thing):
        return os.path.join(self.configuration.file_dir, thing.name)

    def local_path(self, volume):
        return self._path(volume)

    def _hit(self, point, thing):
        faults.hit(point, thing.display_name, thing.id, error=_error)

    def create_volume(self, volume):
        self._hit("volume.create", volume)
        _resize(self._path(volume), volume.size)

    def _create_from(self, source, volume):
        self._hit("volume.create", volume)
        _copy(self._path(source), self._path(volume))
        _resize(self._path(volume), volume.size)

    def create_cloned_volume(self, volume, src_vref):
        self._create_from(src_vref, volume)

    def create_volume_from_snapshot(self, volume, snapshot):
        self._create_from(snapshot, volume)

    def copy_image_to_volume(self, context, volume, image_service, image_id, disable_sparse=False):
        with open(self._path(volume), "wb") as file:
            image_service.download(context, image_id, file)
        _resize(self._path(volume), volume.size)

    def copy_volume_to_image(self, context, volume, image_service, image_meta):
        # The rest is a hole.
        with open(self._path(volume), "rb") as file:
            begin = file.read(1 << 20)
        image_service.update(context, image_meta["id"], {}, io.BytesIO(begin))

    def delete_volume(self, volume):
        self._hit("volume.delete", volume)
        _remove(self._path(volume))

    def extend_volume(self, volume, new_size):
        self._hit("volume.extend", volume)
        _resize(self._path(volume), new_size)

    def create_snapshot(self, snapshot):
        self._hit("snapshot.create", snapshot)
        _copy(self._path(snapshot.volume), self._path(snapshot))

    def delete_snapshot(self, snapshot):
        self._hit("snapshot.delete", snapshot)
        _remove(self._path(snapshot))

    def retype(self, context, volume, new_type, diff, host):
        return True

    def ensure_export(self, context, volume):
        pass

    def create_export(self, context, volume, connector):
        pass

    def remove_export(self, context, volume):
        pass

    def initialize_connection(self, volume, connector, **more):
        self._hit("volume.attach", volume)
        return {"driver_volume_type": "local", "data": {"device_path": self._path(volume)}}

    def terminate_connection(self, volume, connector, **more):
        self._hit("volume.detach", volume)

    def get_volume_stats(self, refresh=False):
        used = 0
        for entry in os.scandir(self.configuration.file_dir):
            with contextlib.suppress(FileNotFoundError):
                used += entry.stat().st_size
        used = -(-used // GIB)
        total = self.configuration.file_capacity_gb
        return {
            "volume_backend_name": self.configuration.volume_backend_name,
            "vendor_name": "none", "driver_version": self.VERSION, "storage_protocol": "file",
            "total_capacity_gb": total, "free_capacity_gb": max(0, total - used), "allocated_capacity_gb": used,
            "reserved_percentage": 0, "thin_provisioning_support": False, "multiattach": True,
            "online_extend_support": True,
        }
