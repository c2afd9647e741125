"""Runs one of OpenStack's commands: python3 -m hawser_testbed.launch MODULE ARGUMENT...

The module is imported before anything else, so that it can change Python's threads as it needs to.
"""

import importlib
import os
import sys

from hawser_testbed import contexts


def _log_access(service):
    """Puts the access log in front of every API that is served by eventlet."""
    wsgi = sys.modules.get("eventlet.wsgi")
    if wsgi is None or "HAWSER_TESTBED_ACCESS" not in os.environ:
        return
    from hawser_testbed.access_log import AccessLog
    serve = wsgi.server

    def serve_logged(sock, site, *arguments, **more):
        return serve(sock, AccessLog(site, service), *arguments, **more)

    wsgi.server = serve_logged


def main():
    module = sys.argv[1]
    parts = module.split(".")
    sys.argv[:2] = [f"{parts[0]}-{parts[-1]}"]
    command = importlib.import_module(module)
    if module == "nova.cmd.compute":
        # Nova takes drivers from below its own package only.
        sys.modules["nova.virt.hawser_testbed"] = importlib.import_module("hawser_testbed.nova")
    contexts.mend(parts[0])
    _log_access(parts[0])
    return command.main()


if __name__ == "__main__":
    sys.exit(main())
