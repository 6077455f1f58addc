"""Exchanges on a TLS connection of which both ends ask the kernel to encrypt (OP_ENABLE_KTLS). Usage: kernel-tls.py CERTIFICATE KEY; for each line, which
it prints with what came of it:

open VERSION [PORT]  connects by that version of TLS (1.2, 1.3), to a server of its own where no port is given: the ports of both ends
ask PATH             makes a request: how many bytes the response had
"""

import socket
import ssl
import sys
import threading

from raw_http import Incoming
from tls_ends import OnSocket, contexts

OP_ENABLE_KTLS = 1 << 3  # SSL_OP_ENABLE_KTLS; Python has it by name from 3.12 on
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
BODY = b"b" * 100_000
server_context, client_context = contexts(*sys.argv[1:])
for context in (server_context, client_context):
    context.options |= OP_ENABLE_KTLS


class End(OnSocket):
    """One that raw_http reads from."""

    def recv(self, size):
        return self.read(size)


def serve(listener):
    end = End(server_context, listener.accept()[0], True)
    incoming = Incoming(end)
    while incoming.message():
        end.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(BODY))
        end.write(BODY)


def start_server():
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=(listener,), daemon=True).start()
    return listener.getsockname()[1]


def open_connection(version, port=None):
    global end, incoming
    server_context.maximum_version = client_context.maximum_version = VERSIONS[version]
    connection = socket.create_connection(("127.0.0.1", int(port or start_server())))
    ports = connection.getsockname()[1], connection.getpeername()[1]
    end = End(client_context, connection, False)
    incoming = Incoming(end)
    return ports


def ask(path):
    end.write(f"GET {path} HTTP/1.1\r\nhost: a\r\n\r\n".encode())
    return (incoming.message().size,)


commands = {"open": open_connection, "ask": ask}
for line in sys.stdin:
    command, *given = line.split()
    print(line.rstrip("\n"), "=", *commands[command](*given), flush=True)
