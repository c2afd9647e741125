"""Service driver of FWaaS v2: the one for agents, with an answer in place of every agent's.

As there is no agent, a firewall group would be PENDING_UPDATE for ever. Here it goes on after a moment to what the agents
of routers would report. Ports of servers are refused, as by the agents where a port is not plugged into Open vSwitch.
"""

import eventlet
from neutron_fwaas.services.firewall.service_drivers.agents import agents
from neutron_lib import constants, context
from oslo_log import log

from hawser_testbed import faults

LOG = log.getLogger(__name__)

# How long an agent takes.
SECONDS = 0.2


class Agent:
    """What the driver tells its agents."""

    def __init__(self, callbacks):
        self._callbacks = callbacks

    def create_firewall_group(self, _context, firewall_group):
        eventlet.spawn_after(SECONDS, self._apply, firewall_group)

    def update_firewall_group(self, _context, firewall_group):
        eventlet.spawn_after(SECONDS, self._apply, firewall_group)

    def delete_firewall_group(self, _context, firewall_group):
        eventlet.spawn_after(SECONDS, self._callbacks.firewall_group_deleted, context.get_admin_context(),
                             firewall_group["id"])

    def _apply(self, group):
        status = constants.ACTIVE if group["ports"] and group["admin_state_up"] else constants.INACTIVE
        try:
            faults.hit("firewall.apply", group["name"], group["id"])
        except faults.Injected as fault:
            LOG.error("fault on request: %s", fault)
            status = constants.ERROR
        self._callbacks.set_firewall_group_status(context.get_admin_context(), group["id"], status)


class Driver(agents.FirewallAgentDriver):

    def __init__(self, service_plugin):
        super().__init__(service_plugin)
        self.agent_rpc = Agent(agents.FirewallAgentCallbacks(self.firewall_db))

    def is_supported_l2_port(self, port):
        return False

    def start_rpc_listener(self):
        # Nobody calls.
        return []
