"""A response whose body goes by splice to a socket that does not wait, long after this thread's last write."""

import os
import time

from clear_text_messages import request, response
from tcp_pair import tcp_pair

BODY = b"spliced"


def spliced_late():
    """Says when the body began to be sent, in nanoseconds of the monotonic clock."""
    client, server = tcp_pair()
    reader, writer = os.pipe()
    os.write(writer, BODY)
    client.sendall(request("spliced-late", 1))
    server.recv(65536)
    server.setblocking(False)
    server.send(response(201, len(BODY)))
    begun_ns = time.monotonic_ns()
    assert os.splice(reader, server.fileno(), len(BODY)) == len(BODY)
    client.recv(65536)
    print("spliced", begun_ns, flush=True)
