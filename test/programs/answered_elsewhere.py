"""Connections in clear that a child of this process has for a while, too."""

import os

from clear_text_messages import request, response
from tcp_pair import tcp_pair


def answered_elsewhere():
    """A child answers the first request, on a connection that this process goes on with."""
    client, server = tcp_pair()
    for index in range(1, 5):
        client.sendall(request("answered-elsewhere", index))
        server.recv(65536)
        if index == 1:
            child = os.fork()
            if child == 0:
                server.sendall(response(201))
                os._exit(0)
            os.waitpid(child, 0)
        else:
            server.sendall(response(200 + index))
        client.recv(65536)
    client.close()
    server.close()


def carried_on_elsewhere():
    """A child answers the first request, and reads and answers the second; this process goes on with the third."""
    client, server = tcp_pair()
    for index in range(1, 6):
        client.sendall(request("carried-on-elsewhere", index))
        if index == 2:
            child = os.fork()
            if child == 0:
                server.sendall(response(201))
                server.recv(65536)
                server.sendall(response(202))
                os._exit(0)
            os.waitpid(child, 0)
        else:
            server.recv(65536)
        if index > 2:
            server.sendall(response(200 + index))
        if index > 1:
            client.recv(65536)
    client.close()
    server.close()
