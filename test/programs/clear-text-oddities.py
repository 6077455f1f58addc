"""What programs do with sockets in clear that is easily taken for something else. Usage: clear-text-oddities.py NAME; waits for
a line of standard input, does what NAME says, prints "done", and ends with its standard input. Each is an exchange or more whose
requests are /NAME/1, /NAME/2, …; bytes that must never be seen say /NAME/never or status 599.
"""

import ctypes
import mmap
import os
import socket
import sys
import tempfile

libc = ctypes.CDLL(None, use_errno=True)


def tcp_pair():
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    listener.close()
    return client, server


def request(name, index, head=b""):
    return f"GET /{name}/{index} HTTP/1.1\r\nhost: a\r\n".encode() + head + b"\r\n"


def response(status, length=0):
    return f"HTTP/1.1 {status} S\r\ncontent-length: {length}\r\n\r\n".encode()


def exchange(client, server, name, index):
    client.sendall(request(name, index))
    server.recv(65536)
    server.sendall(response(200 + index))
    client.recv(65536)


def past_the_body():
    """sendfile goes on past the end of a body; memory at that distance from address 0 holds what looks like a response."""
    length = 0x20000
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
    memory = libc.mmap(length, 4096, mmap.PROT_READ | mmap.PROT_WRITE, 0x100000 | mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    assert memory == length, memory
    trap = response(599)
    ctypes.memmove(memory, trap, len(trap))
    client, server = tcp_pair()
    client.sendall(request("past-the-body", 1) + request("past-the-body", 2))
    server.recv(65536)
    server.sendall(response(201, length))
    with tempfile.TemporaryFile() as file:
        file.write(bytes(length) + response(202))
        file.flush()
        sent, whole = 0, length + len(response(202))
        server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        while sent < whole:
            sent += os.sendfile(server.fileno(), file.fileno(), sent, whole - sent)
    client.close()
    server.close()


ODDITIES = {"past-the-body": past_the_body}

sys.stdin.readline()
ODDITIES[sys.argv[1]]()
print("done", flush=True)
sys.stdin.read()
