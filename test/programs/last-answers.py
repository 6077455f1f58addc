"""Connections in clear whose last response is written by the process that read the request, by another one, or by nobody. Usage: last-answers.py;
waits for a line of standard input, asks a server of its own for /NAME of each, and prints NAME with the bytes that came; then "done", and ends with its
standard input.
"""

import os
import socket
import struct
import sys

from tcp_pair import tcp_pair

UNTIL_CLOSE = b"HTTP/1.0 200 OK\r\n\r\n"
WITH_LENGTH = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"
BODY = bytes(1000)


def begin_child(work):
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return child


def in_child(work):
    os.waitpid(begin_child(work), 0)


def by_child_then_closed(server):
    in_child(lambda: server.sendall(WITH_LENGTH + BODY))
    server.close()


def by_child_then_ended(server):
    in_child(lambda: server.sendall(WITH_LENGTH + BODY))


def body_by_child_until_close(server):
    server.sendall(UNTIL_CLOSE)
    in_child(lambda: server.sendall(BODY))
    server.close()


def body_by_child_with_length(server):
    server.sendall(WITH_LENGTH)
    in_child(lambda: server.sendall(BODY))


def by_child_later(server):
    parent = os.getpid()

    def answer():
        while os.getppid() == parent:
            pass
        server.sendall(WITH_LENGTH + BODY)

    begin_child(answer)


def by_next_program(server):
    os.dup2(server.fileno(), 1)
    os.execv("/usr/bin/printf", ["printf", WITH_LENGTH.decode() + BODY.decode().replace("\0", "x")])


def by_itself_until_close(server):
    server.sendall(UNTIL_CLOSE + BODY)


def by_itself_beside_a_child(server):
    """The child does nothing with its descriptor."""
    end, kept = os.pipe()
    child = begin_child(lambda: (os.close(kept), os.read(end, 1)))
    server.sendall(UNTIL_CLOSE + BODY)
    server.shutdown(socket.SHUT_WR)
    server.close()
    os.close(kept)
    os.waitpid(child, 0)


def by_nobody(server):
    server.close()


def by_nobody_beside_a_child(server):
    end, kept = os.pipe()
    child = begin_child(lambda: (os.close(kept), os.read(end, 1)))
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    os.close(kept)
    os.waitpid(child, 0)


def by_nobody_disconnected(server):
    """connect() to no address at all: struct sockaddr with AF_UNSPEC."""
    import ctypes

    ctypes.CDLL(None).connect(server.fileno(), struct.pack("H14x", socket.AF_UNSPEC), 16)
    server.close()


def ask(serve):
    client, server = tcp_pair()

    def serve_one():
        client.close()
        server.recv(65536)
        serve(server)

    child = begin_child(serve_one)
    server.close()
    client.sendall(f"GET /{serve.__name__} HTTP/1.1\r\nhost: a\r\n\r\n".encode())
    came = 0
    try:
        while more := len(client.recv(65536)):
            came += more
    except ConnectionResetError:
        pass
    os.waitpid(child, 0)
    client.close()
    print(serve.__name__, came, flush=True)


sys.stdin.readline()
for each in (
    by_child_then_closed,
    by_child_then_ended,
    body_by_child_until_close,
    body_by_child_with_length,
    by_child_later,
    by_next_program,
    by_itself_until_close,
    by_itself_beside_a_child,
    by_nobody,
    by_nobody_beside_a_child,
    by_nobody_disconnected,
):
    ask(each)
print("done", flush=True)
sys.stdin.read()
