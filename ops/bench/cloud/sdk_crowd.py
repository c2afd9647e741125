"""The instances of `crowd` by openstacksdk, in a process of its own, so that its memory can be told.

Reads its task as JSON from standard input: the tenants' logins, how many instances each gets, how many threads there are.
The threads share one login for each tenant, as a careful program would. Prints what came of it as JSON.
"""

import collections
import concurrent.futures
import json
import resource
import sys
import threading
import time

import openstack

from sdk import LIMIT, server_request, tenant_session

task = json.load(sys.stdin)
sessions = {tenant["project"]: tenant_session(tenant, task["agent"]) for tenant in task["tenants"]}
mine = threading.local()


def compute(tenant):
    """This thread's connection for a tenant: connections are for one thread, sessions for all."""
    if not hasattr(mine, "connections"):
        mine.connections = {}
    if tenant["project"] not in mine.connections:
        mine.connections[tenant["project"]] = openstack.connection.Connection(
            session=sessions[tenant["project"]], region_name=tenant["region"])
    return mine.connections[tenant["project"]].compute


def make(place):
    tenant, number = place
    proxy = compute(tenant)
    try:
        server = proxy.create_server(
            **server_request(f"{tenant['mark']}-{number}", "1", task["image"], tenant["network"]))
        server = proxy.wait_for_server(server, interval=task["interval"], wait=LIMIT)
        return server.status, tenant, server
    except openstack.exceptions.SDKException as error:
        return f"{type(error).__name__}: {error}"[:300], tenant, None


def delete(made):
    _, tenant, server = made
    proxy = compute(tenant)
    proxy.delete_server(server)
    proxy.wait_for_delete(server, interval=task["interval"], wait=LIMIT)


def main():
    # All tenants at the same time, as hawser's jobs are.
    places = [(tenant, number) for number in range(task["share"]) for tenant in task["tenants"]]
    with concurrent.futures.ThreadPoolExecutor(task["threads"]) as pool:
        began = time.monotonic()
        made = list(pool.map(make, places))
        seconds = time.monotonic() - began
        used = resource.getrusage(resource.RUSAGE_SELF)
        # A whole second of its own between, since the logs are told apart by it.
        time.sleep(1)
        since = time.time()
        time.sleep(1)
        began = time.monotonic()
        list(pool.map(delete, [one for one in made if one[2] is not None]))
        delete_seconds = time.monotonic() - began
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    print(json.dumps({
        "seconds": seconds, "outcomes": collections.Counter(status for status, _, _ in made),
        "delete_seconds": delete_seconds, "deleting_since": since + 1, "peak_mib": peak / 1024,
        "processor_seconds": used.ru_utime + used.ru_stime,
    }))


main()
