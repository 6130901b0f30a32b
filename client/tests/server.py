"""A small server for the tests of pakiti-client: answers by path and keeps every request.

usage: server.py FOLDER [CERTIFICATE KEY]; prints its port. Request N is kept as FOLDER/N.head and N.body.
"""

import pathlib
import ssl
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

FOLDER = pathlib.Path(sys.argv[1])
ANSWERS = {
    "/ok": (200, "OK\n"),
    "/created": (201, "OK\r\n"),
    "/results": (200, "OK\nbash\t5.1\tx86_64\tCVE-2024-1\tHigh\nopenssl\t3\x1b[31m\tx86_64\tCVE-2024-2\tHigh\n"),
    "/refused": (403, "ERROR: unknown \x1b[31mtoken\n"),
    "/busy": (503, "ERROR: come back later\n"),
    "/missing": (404, "<html>not here</html>\n"),
    "/okay": (200, "OKAY then\n"),
    "/error200": (200, "ERROR: no such mode\n"),
    "/empty": (200, ""),
}


class Handler(BaseHTTPRequestHandler):
    """One request: keep it, then answer as its path asks."""

    count = 0

    def do_GET(self):
        """A redirected POST must not arrive as GET: it is kept and refused."""
        self.do_POST()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        Handler.count += 1
        head = f"{self.command} {self.path}\n{self.headers}"
        (FOLDER / f"{Handler.count}.head").write_text(head)
        (FOLDER / f"{Handler.count}.body").write_bytes(body)
        path = self.path.split("?")[0]
        if path == "/slow":
            time.sleep(3)
        if path.startswith("/redirect/"):
            code, location = path.removeprefix("/redirect/").split("/", 1)
            self.answer(int(code), "", {"Location": location if ":" in location else "/" + location})
        else:
            self.answer(*ANSWERS.get(path, (200, "OK\n")), {})

    def answer(self, code, text, headers):
        """Send one answer."""
        data = text.encode()
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        try:
            self.wfile.write(data)
        except BrokenPipeError:
            pass  # the client gave up, as one case wants it to

    def log_message(self, format, *args):
        """No log."""


server = HTTPServer(("127.0.0.1", 0), Handler)
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
