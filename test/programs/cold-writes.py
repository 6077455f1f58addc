"""Messages over TLS in memory that nobody has touched before the library encrypts them: files that are mapped. Usage: cold-writes.py CERTIFICATE KEY; waits for a
line, makes the requests /cold/1 to /cold/4 on one connection, of which the first and the third are such, and whose responses end with a last chunk that is, prints "done", and ends with its standard input.
"""

import mmap
import sys
import tempfile
import threading

from clear_text_messages import request
from tcp_pair import tcp_pair
from tls_ends import OnSocket, contexts

REQUESTS = 4
HEAD = b"HTTP/1.1 %d S\r\ntransfer-encoding: chunked\r\n\r\n"
CHUNK = b"3\r\nabc\r\n"
LAST = b"0\r\n\r\n"
server_context, client_context = contexts(*sys.argv[1:])


def untouched(content):
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return mmap.mmap(file.fileno(), len(content), access=mmap.ACCESS_READ)


def serve(connection):
    server = OnSocket(server_context, connection, True)
    for index in range(REQUESTS):
        server.read(65536)
        server.write(HEAD % (221 + index) + CHUNK)
        server.write(untouched(LAST))


sys.stdin.readline()
near, far = tcp_pair()
serving = threading.Thread(target=serve, args=(far,))
serving.start()
client = OnSocket(client_context, near, False)
for index in range(1, REQUESTS + 1):
    content = request("cold", index)
    client.write(untouched(content) if index % 2 else content)
    left = len(HEAD % 221 + CHUNK + LAST)
    while left:
        left -= len(client.read(left))
serving.join()
print("done", flush=True)
sys.stdin.read()
