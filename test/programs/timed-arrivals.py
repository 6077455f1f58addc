"""Requests that wait at a socket, for what the kernel says of when they came. Usage: timed-arrivals.py WHAT [CERT KEY]; waits for a
line of standard input, prints "done" when it has done, and ends with its standard input.

resumed     speaks with itself in clear, and prints "spoken" after one exchange. After another line a request waits at the socket, and
            "came" is printed; after a third line another one comes before both are read, and then one by itself.
cut-record  speaks TLS with itself: the last five bytes of a request's TLS record come once the bytes before them have been
            read. Prints for how many nanoseconds they were waited for, at least.
"""

import array
import fcntl
import ssl
import sys
import termios
import threading
import time

import any_certificate
from timed_requests import RESPONSE, head, pair


def waiting_bytes(sock):
    found = array.array("i", [0])
    fcntl.ioctl(sock.fileno(), termios.FIONREAD, found)
    return found[0]


def wait_for_bytes(sock, count):
    while waiting_bytes(sock) != count:
        pass


def take(client, server, data):
    assert server.recv(len(data)) == data
    server.sendall(RESPONSE)
    assert client.recv(len(RESPONSE)) == RESPONSE


def resumed():
    client, server = pair()
    first, waits, joins, last = (head(path) for path in ("/first", "/waits", "/joins", "/last"))
    client.sendall(first)
    take(client, server, first)
    print("spoken", flush=True)
    sys.stdin.readline()
    client.sendall(waits)
    wait_for_bytes(server, len(waits))
    print("came", flush=True)
    sys.stdin.readline()
    client.sendall(joins)
    wait_for_bytes(server, len(waits + joins))
    take(client, server, waits)
    take(client, server, joins)
    client.sendall(last)
    take(client, server, last)


def serve_tls(sock, count):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[2:4])
    connection = context.wrap_socket(sock.dup(), server_side=True)
    for _ in range(count):
        connection.recv(65536)
        connection.sendall(RESPONSE)


class TlsClient:
    """Its ciphertext is in its hands."""

    def __init__(self, sock):
        self.sock = sock
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = any_certificate.context().wrap_bio(self.incoming, self.outgoing)
        self.complete(self.tls.do_handshake)
        self.send()

    def send(self):
        self.sock.sendall(self.outgoing.read())

    def complete(self, call):
        while True:
            try:
                return call()
            except ssl.SSLWantReadError:
                self.send()
                self.incoming.write(self.sock.recv(65536))


def cut_record():
    client, server = pair()
    paths = ["/whole", "/cut"]
    thread = threading.Thread(target=serve_tls, args=[server, len(paths)], daemon=True)
    thread.start()
    speaker = TlsClient(client)
    for path in paths:
        speaker.tls.write(head(path))
        record = speaker.outgoing.read()
        end = len(record) - 5 if path == "/cut" else len(record)
        client.sendall(record[:end])
        wait_for_bytes(server, 0)
        begun = time.monotonic_ns()
        while time.monotonic_ns() < begun + 30_000_000 and path == "/cut":
            pass
        waited = time.monotonic_ns() - begun
        client.sendall(record[end:])
        assert speaker.complete(lambda: speaker.tls.read(65536)) == RESPONSE
    print(waited, flush=True)
    thread.join()


what = {"resumed": resumed, "cut-record": cut_record}
sys.stdin.readline()
what[sys.argv[1]]()
print("done", flush=True)
sys.stdin.read()
