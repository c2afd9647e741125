"""The services that uWSGI runs, by the variable HAWSER_TESTBED_SERVICE, with the access log in front."""

import os

from hawser_testbed.access_log import AccessLog


def _make(service):
    if service == "keystone":
        from keystone.server.wsgi import initialize_public_application
        return initialize_public_application()
    from placement.wsgi import init_application
    return init_application()


_SERVICE = os.environ["HAWSER_TESTBED_SERVICE"]
application = AccessLog(_make(_SERVICE), _SERVICE)
