"""Requests that wait at a socket, for what the kernel says of when they came. Usage: timed-arrivals.py WHAT; waits for a
line of standard input, prints "done" when it has done, and ends with its standard input.

resumed     speaks with itself in clear, and prints "spoken" after one exchange. After another line a request waits at the socket, and
            "came" is printed; after a third line another one comes before both are read, and then one by itself.
"""

import array
import fcntl
import socket
import sys
import termios

RESPONSE = b"HTTP/1.1 204 No Content\r\n\r\n"


def pair():
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    listener.close()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client, server


def head(path):
    return f"GET {path} HTTP/1.1\r\nhost: a\r\n\r\n".encode()


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


what = {"resumed": resumed}
sys.stdin.readline()
what[sys.argv[1]]()
print("done", flush=True)
sys.stdin.read()
