"""One line of JSON per request that an API has answered, in the same form for every service.

The services' own logs do not say who the client is, and each has its own form. By the user agent the requests of a
client can be told from those that the services send each other.
"""

import datetime
import json
import os
import time


class AccessLog:
    """WSGI middleware that writes to SERVICE.log in the directory HAWSER_TESTBED_ACCESS."""

    def __init__(self, application, service):
        self._application = application
        self._service = service
        path = os.path.join(os.environ["HAWSER_TESTBED_ACCESS"], service + ".log")
        # Appended in one write each, so that processes and threads do not mix their lines.
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def __call__(self, environ, start_response):
        began = time.time()
        # The application shifts both while it looks for whom to call.
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        answer = {}

        def start(status, headers, *more):
            answer["status"] = int(status.split()[0])
            answer["headers"] = {name.lower(): value for name, value in headers}
            return start_response(status, headers, *more)

        try:
            return self._application(environ, start)
        finally:
            self._write(environ, path, began, answer.get("status"), answer.get("headers", {}))

    def _write(self, environ, path, began, status, headers):
        line = {
            "time": datetime.datetime.fromtimestamp(began, datetime.timezone.utc).isoformat(timespec="milliseconds"),
            "service": self._service,
            "method": environ["REQUEST_METHOD"],
            "path": path,
            "query": environ.get("QUERY_STRING", ""),
            "status": status,
            "seconds": round(time.time() - began, 4),
            "agent": environ.get("HTTP_USER_AGENT", ""),
            # Set by the check of the token, on the way in.
            "project": environ.get("HTTP_X_PROJECT_ID"),
            # Manila has the older name only.
            "request": headers.get("x-openstack-request-id") or headers.get("x-compute-request-id"),
            # The id that the client gave, by which the requests of one job can be found in all services.
            "global_request": environ.get("HTTP_X_OPENSTACK_REQUEST_ID"),
        }
        os.write(self._file, (json.dumps(line) + "\n").encode())
