"""Makes requests over keep-alive TLS connections and checks every answer to the byte; prints how many were right.
Usage: checking-client.py PORT CONNECTIONS ROUNDS KIND [--split] [NAME: VALUE]…

A round sends one request GET /KIND/SIZE on each connection, prints `sent`, and then reads all answers side by side, which
have to be 200 with SIZE times `x`. `{n}` in a header's value is the request's number. With --split a round sends the first half of
each head, prints `sent`, and sends the other halves once standard input has closed.
"""

import socket
import sys
from concurrent.futures import ThreadPoolExecutor

import any_certificate

arguments = [argument for argument in sys.argv[1:] if argument != "--split"]
split = "--split" in sys.argv
port, connections, rounds = (int(argument) for argument in arguments[:3])
kind = arguments[3]
headers = "".join(line + "\r\n" for line in arguments[4:])
context = any_certificate.context()


def connect():
    client = context.wrap_socket(socket.create_connection(("127.0.0.1", port)))
    return client, client.makefile("rb")


def size_of(number):
    return 1 + number % 97


def head_of(number):
    fields = headers.replace("{n}", str(number))
    return f"GET /{kind}/{size_of(number)} HTTP/1.1\r\nhost: localhost\r\n{fields}\r\n".encode()


def is_right(numbered):
    _, stream, number = numbered
    status = stream.readline().split(b" ")[1:2]
    length = 0
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return status == [b"200"] and stream.read(length) == b"x" * size_of(number)


opened = [connect() for _ in range(connections)]
readers = ThreadPoolExecutor(connections)
right = 0
for round in range(rounds):
    numbered = [(client, stream, round * connections + at) for at, (client, stream) in enumerate(opened)]
    for client, _, number in numbered:
        head = head_of(number)
        client.sendall(head[: len(head) // 2] if split else head)
    if round == 0:
        print("sent", flush=True)
    if split:
        sys.stdin.read()
        for client, _, number in numbered:
            head = head_of(number)
            client.sendall(head[len(head) // 2 :])
    right += sum(readers.map(is_right, numbered))
for client, stream in opened:
    stream.close()
    client.close()
print(right, flush=True)
