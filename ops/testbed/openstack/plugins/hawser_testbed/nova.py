"""Nova's own driver of servers that exist in memory only, with three additions.

After a restart it takes back the servers of the database, it knows the power state of servers that are paused or
suspended, and it has faults on request.
"""

import io

from nova import exception
from nova.compute import power_state, task_states
from nova.image import glance
from nova.virt import fake

from hawser_testbed import faults


class Driver(fake.FakeDriver):

    def _hit(self, point, instance):
        faults.hit("server." + point, instance.display_name, instance.uuid, error=exception.NovaException)

    def _take_back(self, instance):
        if instance.uuid not in self.instances:
            self.instances[instance.uuid] = fake.FakeInstance(
                instance.name, instance.power_state or power_state.RUNNING, instance.uuid)

    def _begin(self, point, instance):
        self._hit(point, instance)
        self._take_back(instance)

    def _set(self, instance, state):
        self._take_back(instance)
        self.instances[instance.uuid].state = state

    def get_info(self, instance, use_cache=True):
        if instance.launched_at and not instance.deleted and instance.host == self._host:
            self._take_back(instance)
        return super().get_info(instance, use_cache)

    def spawn(self, context, instance, *arguments, **more):
        self._hit("spawn", instance)
        return super().spawn(context, instance, *arguments, **more)

    def destroy(self, context, instance, *arguments, **more):
        self._begin("destroy", instance)
        return super().destroy(context, instance, *arguments, **more)

    def power_off(self, instance, *arguments, **more):
        self._begin("stop", instance)
        return super().power_off(instance, *arguments, **more)

    def power_on(self, context, instance, *arguments, **more):
        self._begin("start", instance)
        return super().power_on(context, instance, *arguments, **more)

    def reboot(self, context, instance, *arguments, **more):
        self._hit("reboot", instance)
        self._set(instance, power_state.RUNNING)

    def pause(self, instance):
        self._hit("pause", instance)
        self._set(instance, power_state.PAUSED)

    def unpause(self, instance):
        self._hit("unpause", instance)
        self._set(instance, power_state.RUNNING)

    def suspend(self, context, instance):
        self._hit("suspend", instance)
        self._set(instance, power_state.SUSPENDED)

    def resume(self, context, instance, *arguments, **more):
        self._hit("resume", instance)
        self._set(instance, power_state.RUNNING)

    def migrate_disk_and_power_off(self, context, instance, *arguments, **more):
        self._hit("migrate", instance)
        self._set(instance, power_state.SHUTDOWN)
        return super().migrate_disk_and_power_off(context, instance, *arguments, **more)

    def finish_migration(self, context, migration, instance, *arguments, **more):
        self._hit("finish_migration", instance)
        return super().finish_migration(context, migration, instance, *arguments, **more)

    def attach_volume(self, context, connection_info, instance, *arguments, **more):
        self._hit("attach_volume", instance)
        return super().attach_volume(context, connection_info, instance, *arguments, **more)

    def detach_volume(self, context, connection_info, instance, *arguments, **more):
        self._hit("detach_volume", instance)
        return super().detach_volume(context, connection_info, instance, *arguments, **more)

    def snapshot(self, context, instance, image_id, update_task_state):
        """As the real drivers do it, with 4,096 bytes: the parent's leaves the image without any."""
        self._begin("snapshot", instance)
        update_task_state(task_state=task_states.IMAGE_PENDING_UPLOAD)
        images = glance.API()
        image = images.get(context, image_id)
        update_task_state(task_state=task_states.IMAGE_UPLOADING, expected_state=task_states.IMAGE_PENDING_UPLOAD)
        images.update(context, image_id, {
            "name": image["name"], "status": "active", "disk_format": "raw", "container_format": "bare",
            "properties": {}}, io.BytesIO(bytes(4096)), purge_props=False)
