"""Sends COUNT requests over one keep-alive connection, head and body cut into pieces that are one TLS record and one write
each; the first request byte by byte, the others in pieces of another length each. Usage:
split-client.py PORT PATH COUNT BODY [NAME: VALUE]…; prints COUNT.
"""

import socket
import sys

import any_certificate

port, path, count, body = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
headers = "".join(line + "\r\n" for line in sys.argv[5:])
context = any_certificate.context()
client = context.wrap_socket(socket.create_connection(("127.0.0.1", port)))
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
stream = client.makefile("rb")
message = f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n{headers}\r\n{body}".encode()
for index in range(count):
    length = 1 + index * 37 % 211
    for at in range(0, len(message), length):
        client.sendall(message[at : at + length])
    status = stream.readline()
    assert b" 200 " in status, status
    size = None
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            size = int(value)
    assert len(stream.read(size)) == size
print(count, flush=True)
