"""Importing this first has the script run by a Python that has openstacksdk: Debian's, when the default one has not."""

import importlib.util
import os
import sys

PLACES = ["/usr/bin/python3", "/usr/local/bin/python3"]

if importlib.util.find_spec("openstack") is None:
    if not os.environ.get("HAWSER_BENCH_PYTHON"):
        for place in PLACES:
            if os.path.exists(place) and os.path.realpath(place) != os.path.realpath(sys.executable):
                os.environ["HAWSER_BENCH_PYTHON"] = place
                os.execv(place, [place, *sys.argv])
    sys.exit("openstacksdk is not there: apt-get install python3-openstacksdk python3-openstackclient")
