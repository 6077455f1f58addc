"""Makes requests and says exactly what was on the wire. Usage: raw-client.py PORT tls|clear; the plan is the first line of
standard input: {"kept": [[request, …], …], "fresh": [request, …], "waitAfterFirst": bool}, each request {"path", "head",
"body", "apart"}: the head's text, and whether it is sent in pieces that the server has to read one by one.

Each list of `kept` is one connection; their requests take turns. With `waitAfterFirst` it prints `open` when each has had one answer, and goes on at
the next line of standard input. Prints for each request {"method", "path", "clientPort", "status", "request", "response"}; the last
two are {"headers", "size"}.
"""

import json
import socket
import sys

import any_certificate
from raw_http import Incoming, Message, cut, send_apart

port, tls = int(sys.argv[1]), sys.argv[2] == "tls"
context = any_certificate.context()


class Connection:
    def __init__(self):
        plain = socket.create_connection(("127.0.0.1", port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.client_port = plain.getsockname()[1]
        self.socket = context.wrap_socket(plain) if tls else plain
        self.incoming = Incoming(self.socket)

    def exchange(self, request):
        head, body = request["head"].encode("latin-1"), request["body"].encode("latin-1")
        if request["apart"]:
            send_apart(self.socket, cut(head, b"value-that-is-cut", b"x-repeat"))
            if body:
                self.socket.sendall(body)
        else:
            self.socket.sendall(head + body)
        sent = Message(head[:-4])
        answer = self.incoming.message()
        assert answer, f"no answer to {request['path']}"
        report = {
            "method": sent.start.split()[0],
            "path": request["path"],
            "clientPort": self.client_port,
            "status": int(answer.start.split()[1]),
            "request": {"headers": sent.headers, "size": len(head) + len(body)},
            "response": {"headers": answer.headers, "size": answer.size},
        }
        print(json.dumps(report), flush=True)


plan = json.loads(sys.stdin.readline())
connections = [Connection() for _ in plan["kept"]]
longest = max((len(requests) for requests in plan["kept"]), default=0)
for turn in range(longest):
    for connection, requests in zip(connections, plan["kept"]):
        if turn < len(requests):
            connection.exchange(requests[turn])
    if turn == 0 and plan["waitAfterFirst"]:
        print("open", flush=True)
        sys.stdin.readline()
for request in plan["fresh"]:
    connection = Connection()
    connection.exchange(request)
    connection.socket.close()
