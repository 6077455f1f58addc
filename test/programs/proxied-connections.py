"""Connections that begin with something before the first head: a proxy's header (the PROXY protocol), of version 1 (`line`) and 2 (`binary`), or empty lines. Usage: proxied-connections.py CERTIFICATE KEY; waits for
a line, makes two exchanges, /NAME/1 and /NAME/2, on a connection for each NAME, says their names, prints "done", and ends with its standard input.

alone   by a call of its own
joined  by one call with the first request, at both ends
parts   by one call with the first request, and each a part of it
pieces  by two calls
tls     by a call of its own, and the exchanges are over TLS
socks   no header, but what a client and a proxy say to each other by SOCKS, with a password (RFC 1928, RFC 1929)
"""

import struct
import sys
import threading

from clear_text_messages import request, response
from tcp_pair import tcp_pair
from tls_ends import OnSocket, contexts

LINE = b"PROXY TCP4 192.0.2.1 198.51.100.255 65535 443\r\n"
UNKNOWN = b"PROXY UNKNOWN\r\n"
ADDRESSES = bytes([192, 0, 2, 1, 198, 51, 100, 255]) + struct.pack("!HH", 65535, 443)
# Beside the addresses a binary header may say more, here something of a type without a meaning (PP2_TYPE_NOOP).
MORE = b"\x04" + struct.pack("!H", 200) + bytes(200)
BINARY = b"\r\n\r\n\x00\r\nQUIT\n\x21\x11" + struct.pack("!H", len(ADDRESSES + MORE)) + ADDRESSES + MORE
LOCAL = b"\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00"
# Who says it, and in which pieces the proxy reads it.
SOCKS = [
    ("client", b"\x05\x01\x02", [2, 1]),
    ("proxy", b"\x05\x02", []),
    ("client", b"\x01\x04user\x04pass", [2, 4, 1, 4]),
    ("proxy", b"\x01\x00", []),
    ("client", b"\x05\x01\x00\x01" + ADDRESSES[:4] + ADDRESSES[8:10], [4, 4, 2]),
    ("proxy", b"\x05\x00\x00\x01" + bytes(6), []),
]
server_context, client_context = contexts(*sys.argv[1:])


def receive(end, wanted):
    got = b""
    while len(got) < wanted:
        got += end.recv(wanted - len(got))


def begin(how, header, first, client, server):
    """Until the server has the first request."""
    if how == "joined":
        client.sendall(header + first)
        receive(server, len(header + first))
    elif how == "parts":
        client.sendmsg([header, first])
        server.recvmsg_into([bytearray(len(header)), bytearray(len(first))])
    else:
        for piece in [header[:9], header[9:]] if how == "pieces" else [header]:
            client.sendall(piece)
            receive(server, len(piece))
        client.sendall(first)
        receive(server, len(first))


def agree_by_socks(client, server):
    for who, message, pieces in SOCKS:
        if who == "client":
            client.sendall(message)
            for piece in pieces:
                receive(server, piece)
        else:
            server.sendall(message)
            receive(client, len(message))


def in_clear(how, header, name):
    client, server = tcp_pair()
    if how == "socks":
        agree_by_socks(client, server)
    begin(how, header, request(name, 1), client, server)
    server.sendall(response(201))
    receive(client, len(response(201)))
    client.sendall(request(name, 2))
    receive(server, len(request(name, 2)))
    server.sendall(response(202))
    receive(client, len(response(202)))


def over_tls(header, name):
    client, server = tcp_pair()
    client.sendall(header)
    receive(server, len(header))
    ends = []
    accepting = threading.Thread(target=lambda: ends.append(OnSocket(server_context, server, True)))
    accepting.start()
    client = OnSocket(client_context, client, False)
    accepting.join()
    for index in (1, 2):
        client.write(request(name, index))
        ends[0].read(65536)
        ends[0].write(response(200 + index))
        client.read(65536)


sys.stdin.readline()
for kind, header in {"line": LINE, "unknown": UNKNOWN, "binary": BINARY, "local": LOCAL}.items():
    for how in ("alone", "joined", "parts", "pieces", "tls"):
        name = f"{kind}-{how}"
        over_tls(header, name) if how == "tls" else in_clear(how, header, name)
        print(name)
for kind, lines in {"empty": b"\r\n", "bare": b"\n", "several": b"\r\n\n\r\n"}.items():
    for how in ("alone", "joined"):
        in_clear(how, lines, f"{kind}-{how}")
        print(f"{kind}-{how}")
in_clear("socks", b"", "socks")
print("socks")
print("done", flush=True)
sys.stdin.read()
