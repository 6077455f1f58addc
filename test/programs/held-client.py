"""Sends the head of one request, and its body only once a line comes on standard input, so that the answer waits for it.
Usage: held-client.py PORT PATH [NAME: VALUE]…; prints `held` when the server has read the head, which it says by
`100 Continue`, and the status of the answer at the end.
"""

import socket
import sys

import any_certificate

port, path = int(sys.argv[1]), sys.argv[2]
headers = "".join(line + "\r\n" for line in sys.argv[3:])
context = any_certificate.context()
client = context.wrap_socket(socket.create_connection(("127.0.0.1", port)))
stream = client.makefile("rb")


def status():
    line = stream.readline().split()
    while stream.readline() not in (b"\r\n", b""):
        pass
    return int(line[1])


head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\nexpect: 100-continue\r\n{headers}\r\n"
client.sendall(head.encode())
assert status() == 100
print("held", flush=True)
sys.stdin.readline()
client.sendall(b"body")
print(status(), flush=True)
