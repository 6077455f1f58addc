"""Opens and closes connections, each for one request. Usage: many-connections.py TLS_PORT CLEAR_PORT

A number N on standard input makes N connections, every fourth in clear, and then prints how many answers were `200`. TLS
sessions are resumed, which is what makes ten thousand of them cheap.
"""

import socket
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor

import any_certificate

tls_port, clear_port = (int(argument) for argument in sys.argv[1:])
context = any_certificate.context()
context.maximum_version = ssl.TLSVersion.TLSv1_2  # its sessions are resumed without a key exchange
session = None


def answer(connection, number):
    connection.sendall(f"GET /{number} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode())
    head = b""
    while chunk := connection.recv(4096):
        head += chunk
    return head.startswith(b"HTTP/1.1 200 ")


def connect(number):
    global session
    clear = number % 4 == 0
    with socket.create_connection(("127.0.0.1", clear_port if clear else tls_port)) as plain:
        if clear:
            return answer(plain, number)
        with context.wrap_socket(plain, session=session) as connection:
            session = session or connection.session
            return answer(connection, number)


workers = ThreadPoolExecutor(4)
for line in sys.stdin:
    print(sum(workers.map(connect, range(int(line)))), flush=True)
