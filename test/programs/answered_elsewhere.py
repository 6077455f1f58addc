"""Connections in clear that a child of this process has for a while, too."""

import os

from clear_text_messages import exchange, request, response
from tcp_pair import tcp_pair


def in_child(work):
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    os.waitpid(child, 0)


def answered_elsewhere():
    """A child answers the first request, on a connection that this process goes on with."""
    client, server = tcp_pair()
    client.sendall(request("answered-elsewhere", 1))
    server.recv(65536)
    in_child(lambda: server.sendall(response(201)))
    client.recv(65536)
    for index in (2, 3, 4):
        exchange(client, server, "answered-elsewhere", index)
    client.close()
    server.close()


def carried_on_elsewhere():
    """A child answers the first request, and reads and answers the second; this process goes on with the third."""

    def carry_on():
        server.sendall(response(201))
        server.recv(65536)
        server.sendall(response(202))

    client, server = tcp_pair()
    client.sendall(request("carried-on-elsewhere", 1))
    server.recv(65536)
    client.sendall(request("carried-on-elsewhere", 2))
    in_child(carry_on)
    client.recv(65536)
    for index in (3, 4, 5):
        exchange(client, server, "carried-on-elsewhere", index)
    client.close()
    server.close()


ANSWERED_ELSEWHERE = {
    "answered-elsewhere": answered_elsewhere,
    "carried-on-elsewhere": carried_on_elsewhere,
}
