"""A client of several HTTPS servers whose TLS touches no socket itself, and which moves what all its connections have to say and then all their
ciphertext, each time in another order, as programs on anyio do. Usage: interleaved-tls.py PORT...; for each line `open` it makes a connection to
each port, and with `open in pieces` writes a handshake's first record by a call for its head and one for the rest; for each line `ask PATH` it asks for PATH/PORT on each; then it prints the ports of its ends, in the order of PORT..., in one line.
"""

import random
import socket
import ssl
import sys

import any_certificate

RECORD_HEAD_BYTES = 5
order = random.Random(7)
context = any_certificate.context()


class Connection:
    def __init__(self, port):
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing)

    def shake_hands(self):
        try:
            self.tls.do_handshake()
            return True
        except ssl.SSLWantReadError:
            return False

    def take(self):
        try:
            return self.tls.read(65536)
        except ssl.SSLWantReadError:
            return b""

    def send(self, in_pieces=False):
        if in_pieces and self.outgoing.pending:
            self.socket.sendall(self.outgoing.read(RECORD_HEAD_BYTES))
        if self.outgoing.pending:
            self.socket.sendall(self.outgoing.read())

    def receive(self):
        self.incoming.write(self.socket.recv(65536))


def each(connections):
    return order.sample(connections, len(connections))


def open_all(ports, in_pieces):
    connections = waiting = [Connection(port) for port in ports]
    while waiting:
        waiting = [connection for connection in each(waiting) if not connection.shake_hands()]
        for connection in each(connections):
            connection.send(in_pieces)
        for connection in each(waiting):
            connection.receive()
    return connections


def ask_all(connections, path):
    for connection in each(connections):
        connection.tls.write(f"GET {path}/{connection.port} HTTP/1.1\r\nhost: a\r\n\r\n".encode())
    for connection in each(connections):
        connection.send()
    answers = {connection: b"" for connection in connections}
    while waiting := [connection for connection, answer in answers.items() if not answer.endswith(b"ok")]:
        for connection in each(waiting):
            connection.receive()
        for connection in each(waiting):
            answers[connection] += connection.take()


connections = []
for line in sys.stdin:
    command, *rest = line.split()
    if command == "open":
        connections = open_all([int(port) for port in sys.argv[1:]], rest == ["in", "pieces"])
    else:
        ask_all(connections, rest[0])
    print(*(connection.socket.getsockname()[1] for connection in connections), flush=True)
