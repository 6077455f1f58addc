"""Answers requests and says exactly what was on the wire. Usage: raw-server.py [CERT KEY]; prints its port.

The path says how it answers: below `/held/` only once a line has come on standard input, below `/apart/` with a head in pieces
that the client has to read one by one, below `/chunked/` with a chunked body, else with one of known length. Prints for each
request what raw-client.py prints; and `held PATH` for each that waits.
"""

import json
import socket
import ssl
import sys
import threading

from raw_http import Incoming, Message, cut, send_apart

BODY = b"canary-of-a-response-body " * 100
context = None
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
released = threading.Event()
printing = threading.Lock()


def say(line):
    with printing:
        print(line, flush=True)


def body_of(path):
    if "/chunked/" not in path:
        return f"content-length: {len(BODY)}\r\n".encode(), BODY
    chunks = [BODY[at : at + 700] for at in range(0, len(BODY), 700)] + [b""]
    return b"transfer-encoding: chunked\r\n", b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)


def answer_to(path):
    number = path.rpartition("/")[2]
    framing, body = body_of(path)
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nset-cookie: session=canary-of-a-response-cookie\r\n"
        + f"x-answer: one-{number}\r\nx-unlisted: canary-unlisted\r\nX-Answer: two-{number}\r\n".encode()
        + f"x-split: value-that-is-cut-{number}\r\n".encode()
        + framing
        + b"\r\n"
    )
    return head, body


def serve(plain, client_port):
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection = context.wrap_socket(plain, server_side=True) if context else plain
    incoming = Incoming(connection)
    while request := incoming.message():
        path = request.start.split()[1].partition("?")[0]
        if "/held/" in path:
            say(f"held {path}")
            released.wait()
        head, body = answer_to(path)
        report = {
            "method": request.start.split()[0],
            "path": path,
            "clientPort": client_port,
            "status": 200,
            "request": {"headers": request.headers, "size": request.size},
            "response": {"headers": Message(head[:-4]).headers, "size": len(head) + len(body)},
        }
        say(json.dumps(report))
        if "/apart/" in path:
            send_apart(connection, cut(head, b"value-that-is-cut", b"x-unlisted"))
            connection.sendall(body)
        else:
            connection.sendall(head + body)
        if "close" in request.values("connection"):
            break
    connection.close()


def guarded(plain, client_port):
    try:
        serve(plain, client_port)
    except (OSError, EOFError) as error:
        print(f"connection of port {client_port}: {error!r}", file=sys.stderr, flush=True)


def accept(listener):
    while True:
        plain, (_, client_port) = listener.accept()
        threading.Thread(target=guarded, args=(plain, client_port), daemon=True).start()


listener = socket.create_server(("127.0.0.1", 0), backlog=128)
say(listener.getsockname()[1])
threading.Thread(target=accept, args=(listener,), daemon=True).start()
sys.stdin.readline()
released.set()
sys.stdin.read()
