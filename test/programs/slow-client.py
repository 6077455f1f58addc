"""Reads COUNT keep-alive responses of /bytes/SIZE in small pieces through a small receive buffer, so that the server's
writes come back partial and are tried again. Usage: slow-client.py PORT COUNT SIZE [NAME: VALUE]…
"""

import socket
import sys

import any_certificate

port, count, size = (int(argument) for argument in sys.argv[1:4])
headers = "".join(line + "\r\n" for line in sys.argv[4:])
context = any_certificate.context()
raw = socket.socket()
raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
raw.connect(("127.0.0.1", port))
client = context.wrap_socket(raw)
stream = client.makefile("rb", buffering=512)
for index in range(count):
    client.sendall(f"GET /bytes/{size} HTTP/1.1\r\nhost: localhost\r\nx-request-id: slow-{index}\r\n{headers}\r\n".encode())
    status = stream.readline()
    assert b" 200 " in status, status
    length = None
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    assert length == size, length
    while length:
        piece = stream.read(min(length, 4096))
        assert piece, "the response ended early"
        length -= len(piece)
print(count, flush=True)
