"""A business system for the demonstration: takes callbacks, notes them, answers with JSON.

Usage: receiver.py PORT_FILE LEDGER. Writes its port into the first file and a JSON line for each call into the second.
"""

import http.server
import json
import os
import sys


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length) or b"null")
        line = {"path": self.path, "authorization": self.headers.get("Authorization"), "body": body}
        with open(sys.argv[2], "a") as ledger:
            ledger.write(json.dumps(line) + "\n")
        answer = {"accepted": True}
        if isinstance(body, dict):
            answer.update(body.get("callbackBody") or {})
        text = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(server.server_port))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
