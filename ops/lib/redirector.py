"""A receiver that redirects every call to where its path's query says.

Usage: redirector.py ADDRESS PORT_FILE. Writes its port into the file.
"""

import http.server
import os
import sys
import urllib.parse


class Redirector(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(307)
        self.send_header("Location", urllib.parse.unquote(self.path.partition("?")[2]))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer((sys.argv[1], 0), Redirector)
with open(sys.argv[2] + ".new", "w") as file:
    file.write(str(server.server_port))
os.rename(sys.argv[2] + ".new", sys.argv[2])
server.serve_forever()
