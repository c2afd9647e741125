"""Manila's dummy driver with faults on request."""

from manila import exception
from manila.tests.share.drivers import dummy

from hawser_testbed import faults


def _error(message):
    return exception.ShareBackendException(msg=message)


def _hit(point, share):
    faults.hit("share." + point, share.get("display_name"), share["id"], error=_error)


class Driver(dummy.DummyDriver):

    def create_share(self, context, share, share_server=None):
        _hit("create", share)
        return super().create_share(context, share, share_server)

    def delete_share(self, context, share, share_server=None):
        _hit("delete", share)
        return super().delete_share(context, share, share_server)

    def extend_share(self, share, new_size, share_server=None):
        _hit("extend", share)
        return super().extend_share(share, new_size, share_server)

    def shrink_share(self, share, new_size, share_server=None):
        _hit("shrink", share)
        return super().shrink_share(share, new_size, share_server)

    def get_admin_network_allocations_number(self):
        # With a network for the administrator that is not neutron's, manila 15 fails to delete the ports of a share
        # server, so there is none.
        return 0

    def _setup_server(self, network_info, metadata=None):
        faults.hit("shareserver.setup", error=_error)
        for network in network_info:
            # The dummy reads one address of it all the same.
            network["admin_network_allocations"] = [{"ip_address": "203.0.113.1"}]
        return super()._setup_server(network_info, metadata)

    def _teardown_server(self, *arguments, **more):
        faults.hit("shareserver.teardown", error=_error)
        return super()._teardown_server(*arguments, **more)
