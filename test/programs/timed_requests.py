"""What programs say and answer whose exchanges are timed: each piece goes out when it is written."""

import socket

from tcp_pair import tcp_pair

RESPONSE = b"HTTP/1.1 204 No Content\r\n\r\n"


def pair():
    client, server = tcp_pair()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client, server


def head(path):
    return f"GET {path} HTTP/1.1\r\nhost: a\r\n\r\n".encode()
