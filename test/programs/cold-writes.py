"""Requests over TLS in memory that nobody has touched before the library encrypts them: files that are mapped. Usage: cold-writes.py CERTIFICATE KEY; waits for a
line, makes the requests /cold/1 to /cold/4 on one connection, of which the first and the third are such, prints "done", and ends with its standard input.
"""

import mmap
import sys
import tempfile
import threading

from clear_text_messages import request, response
from tcp_pair import tcp_pair
from tls_ends import OnSocket, contexts

REQUESTS = 4
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
        server.write(response(201 + index))


sys.stdin.readline()
near, far = tcp_pair()
serving = threading.Thread(target=serve, args=(far,))
serving.start()
client = OnSocket(client_context, near, False)
for index in range(1, REQUESTS + 1):
    content = request("cold", index)
    client.write(untouched(content) if index % 2 else content)
    client.read(65536)
serving.join()
print("done", flush=True)
sys.stdin.read()
