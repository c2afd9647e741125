"""Mechanism driver of ML2 for which every port is bound and up at once, on every host."""

from neutron_lib import constants
from neutron_lib.api.definitions import portbindings
from neutron_lib.plugins.ml2 import api
from oslo_log import log

from hawser_testbed import faults

LOG = log.getLogger(__name__)


class BindsEverything(api.MechanismDriver):

    @property
    def connectivity(self):
        return portbindings.CONNECTIVITY_L2

    def initialize(self):
        pass

    def bind_port(self, context):
        port = context.current
        network = context.network.current
        try:
            faults.hit("port.bind", port["name"], port["id"], port["device_id"], network["id"], network["name"])
        except faults.Injected as fault:
            # A port that nobody binds is what neutron reports as binding_failed.
            LOG.error("fault on request: %s", fault)
            return
        for segment in context.segments_to_bind[:1]:
            context.set_binding(segment[api.ID], portbindings.VIF_TYPE_OVS, {portbindings.CAP_PORT_FILTER: True},
                                status=constants.PORT_STATUS_ACTIVE)
