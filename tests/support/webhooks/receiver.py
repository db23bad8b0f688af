"""Takes webhooks on a free port and answers as files beside it say; every request is one line of JSON in its log.

usage: receiver.py FOLDER SECRET [CERTIFICATE KEY]
FOLDER/port is written when it listens. FOLDER/answer holds what is answered: a status, then header lines; "hang" does
not answer, "endless" never ends its 200. FOLDER/log gets the requests, with whether their signature is right: that is
reckoned here by the recipe of docs/webhooks.md, without anything of muster's.
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import ssl
import sys
import threading
import time

folder, secret = sys.argv[1:3]
lock = threading.Lock()


def is_from_muster(headers, body):
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(wanted, s) for s in headers["webhook-signature"].split(" "))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        with open(f"{folder}/answer", encoding="utf-8") as file:
            answer, *more = file.read().split("\n")
        line = {"id": headers["webhook-id"], "right": is_from_muster(headers, body), "answer": answer,
                "headers": headers, "body": body.decode(), "path": self.path, "at": time.time()}
        with lock, open(f"{folder}/log", "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        if answer == "hang":
            return time.sleep(60)
        if answer == "endless":
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(600):
                    self.wfile.write(b"x" * 65536)
                    time.sleep(0.1)
            except OSError:
                pass
            return None
        self.send_response(int(answer))
        for header in more:
            if header:
                self.send_header(*header.split(": ", 1))
        self.send_header("Content-Length", "0")
        return self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "0"))), Handler)
server.daemon_threads = True
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open(f"{folder}/port.new", "w", encoding="utf-8") as file:
    file.write(str(server.server_address[1]))
os.rename(f"{folder}/port.new", f"{folder}/port")
server.serve_forever()
