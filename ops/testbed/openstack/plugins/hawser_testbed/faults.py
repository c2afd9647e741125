"""Faults and delays on request.

A fault is a JSON file named after a point, such as `server.spawn`, in the directory HAWSER_TESTBED_FAULTS:

    {"match": "web", "delay": 3, "fail": "disk on fire", "times": 1}

match   only where the name or id of the resource contains it; none: everywhere
delay   seconds to wait first; none: 0
fail    the message of the error to raise; none: no error
times   hits after which the file is removed; none: it stays
"""

import json
import os
import time


class Injected(Exception):
    """The error where a driver names none of its own."""


def hit(point, *names, error=Injected):
    """Does what the fault at this point says, if there is one for a resource of these names."""
    path = os.path.join(os.environ.get("HAWSER_TESTBED_FAULTS", ""), point)
    try:
        with open(path, encoding="utf-8") as file:
            fault = json.load(file)
    except FileNotFoundError:
        return
    if "match" in fault and not any(fault["match"] in str(name) for name in names if name):
        return
    if "times" in fault:
        _use_up(path, fault)
    # In services that use eventlet, which is all of them here, this lets the others go on.
    time.sleep(float(fault.get("delay", 0)))
    if "fail" in fault:
        raise error(fault["fail"])


def _use_up(path, fault):
    left = int(fault["times"]) - 1
    if left <= 0:
        os.unlink(path)
        return
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(fault | {"times": left}, file)
    os.rename(path + ".new", path)
