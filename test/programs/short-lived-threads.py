"""Answers each connection in a process of its own, one request each. Usage: short-lived-threads.py OTHER; prints its port.

Before each of them it runs the program OTHER, which reads and writes a pipe many times and ends, so that the kernel has that one's stack at
hand for the next process. All of it is on one CPU, whose stacks these are.
"""

import os
import socket
import subprocess
import sys

ANSWER = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    connection, _ = listener.accept()
    subprocess.run([sys.argv[1]], input=b"bytes " * 20000, stdout=subprocess.DEVNULL, check=True)
    child = os.fork()
    if child == 0:
        connection.recv(65536)
        connection.sendall(ANSWER)
        os._exit(0)
    connection.close()
    os.waitpid(child, 0)
