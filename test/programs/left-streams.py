"""Streams in chunks, between two threads, of which the last chunk is never read. Usage: left-streams.py CERTIFICATE KEY; for each line
"WAY END" makes a request for /WAY/END and prints that line.

WAY: clear, sockets, memory (TLS on sockets and on memory BIOs), freed-sockets, freed-memory (the TLS object is freed before the socket is closed)
END: client  it closes between two chunks, and the server had more to send
     late    it closes between two chunks, when the server has sent the last one and closed
     shut    as client, and it has ended its side before
     within  it closes within a chunk
     gone    it closes between two chunks, and the server notices
     bye     it ends its side (with TLS, that of TLS), and the server notices and closes
     waiting it closes before it has an answer, and the server notices
     server  it breaks off between two chunks
     ended   it breaks off so, but ends its side only (with TLS, that of TLS), and waits until the client closes
     reset   it breaks off so, and resets the connection
"""

import socket
import struct
import sys
import threading

from tcp_pair import tcp_pair
from tls_ends import OnMemory, OnSocket, contexts

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
CHUNK = b"8\r\nan event\r\n"
LAST = b"0\r\n\r\n"


class InClear:
    def __init__(self, context, connection, server_side):
        self.read, self.write, self.close = connection.recv, connection.sendall, connection.close
        self.shutdown = connection.shutdown
        self.connection = connection

    def end_sending(self):
        self.connection.shutdown(socket.SHUT_WR)
        read_to_end(self)


class FreedMemory(OnMemory):
    def close(self):
        self.tls = None
        super().close()


class FreedSocket(OnSocket):
    def __init__(self, context, connection, server_side):
        super().__init__(context, connection, server_side)
        self.tls = None  # so that its socket has the last reference, and drops it before it closes


ends = {"clear": InClear, "sockets": OnSocket, "memory": OnMemory, "freed-sockets": FreedSocket, "freed-memory": FreedMemory}
server_context, client_context = contexts(*sys.argv[1:])


def read_to(client, wanted):
    got = 0
    while got < wanted:
        got += len(client.read(wanted - got))


def read_to_end(client):
    try:
        while client.read(65536):
            pass
    except OSError:
        pass


def end_side(side):
    try:
        side.end_sending()
    except OSError:
        pass


def serve(way, end, connection, was_asked, may_go_on):
    server = ends[way](server_context, connection, True)
    server.read(65536)
    was_asked.set()
    if end != "waiting":
        server.write(HEAD + CHUNK)
    if end == "reset":
        may_go_on.wait()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        server.close()
        connection.close()
        return
    if end in ("gone", "bye", "waiting"):
        read_to_end(server)
    if end == "ended":
        end_side(server)
    if end in ("client", "late", "shut", "within"):
        may_go_on.wait()
        try:
            server.write(LAST)
        except OSError:
            pass
    server.close()


for line in sys.stdin:
    way, end = line.split()
    near, far = tcp_pair()
    was_asked, may_go_on = threading.Event(), threading.Event()
    server = threading.Thread(target=serve, args=(way, end, far, was_asked, may_go_on), daemon=True)
    server.start()
    client = ends[way](client_context, near, False)
    client.write(f"GET /{way}/{end} HTTP/1.1\r\nhost: a\r\n\r\n".encode())
    was_asked.wait()
    read_to(client, 0 if end == "waiting" else len(HEAD + CHUNK) - (3 if end == "within" else 0))
    if end in ("late", "reset"):
        may_go_on.set()
        server.join()
    if end in ("server", "ended", "reset"):
        read_to_end(client)
    if end == "shut":
        client.shutdown(socket.SHUT_RDWR)
    if end == "bye":
        end_side(client)
    client.close()
    may_go_on.set()
    server.join()
    del client
    print(line, end="", flush=True)
