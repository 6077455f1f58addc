"""An HTTPS server on http.server over ssl, keep-alive. Usage: https-server.py CERT KEY; prints its port.

GET /bytes/N answers N bytes; GET /held/N does so once the server has got SIGUSR1; GET /status/N answers that status;
anything else echoes `ok`. Headers and body that a request asks for in `x-answer-set-cookie`, `x-answer-x-unlisted` and
`x-answer-body` are sent back; with `x-answer-split` the head is written in pieces of so many bytes. CPython calls only
SSL_read_ex and SSL_write_ex.
"""

import http.server
import signal
import ssl
import sys
import threading

released = threading.Event()
signal.signal(signal.SIGUSR1, lambda *_: released.set())


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("content-length") or 0)
        if length:
            self.rfile.read(length)
        kind, _, number = self.path.split("?")[0].lstrip("/").partition("/")
        status = int(number) if kind == "status" else 200
        body = b"x" * int(number) if kind in ("bytes", "held") else b"ok\n"
        if kind == "held":
            released.wait()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        for name in ("set-cookie", "x-unlisted"):
            value = self.headers.get("x-answer-" + name)
            if value:
                self.send_header(name, value)
        if self.headers.get("x-answer-body"):
            body = self.headers["x-answer-body"].encode()[: len(body)].ljust(len(body), b".")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def flush_headers(self):
        head = b"".join(getattr(self, "_headers_buffer", []))
        self._headers_buffer = []
        length = int(getattr(self, "headers", {}).get("x-answer-split") or 1 << 20)
        for at in range(0, len(head), length):
            self.wfile.write(head[at : at + length])

    do_GET = do_POST = do_PUT = do_HEAD = answer

    def log_message(self, *_):
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print(server.server_address[1], flush=True)
server.serve_forever()
