"""An exchange over TLS between two threads, on sockets or on memory BIOs; both ends close their sockets and keep their TLS objects, as a
program does that frees them when it collects garbage. Usage: kept-tls-objects.py CERTIFICATE KEY sockets|memory; waits for a line, prints
"done", and ends with its standard input.
"""

import sys
import threading

from tcp_pair import tcp_pair
from tls_ends import OnMemory, OnSocket, contexts

kept = []


def serve(end, context, connection):
    tls = end(context, connection, True)
    kept.append(tls.tls)
    tls.read(65536)
    tls.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nuntil the end")
    tls.close()


certificate, key, how = sys.argv[1:]
end = {"sockets": OnSocket, "memory": OnMemory}[how]
server_context, client_context = contexts(certificate, key)

sys.stdin.readline()
near, far = tcp_pair()
server = threading.Thread(target=serve, args=(end, server_context, far))
server.start()
client = end(client_context, near, False)
kept.append(client.tls)
client.write(b"GET /kept HTTP/1.1\r\nhost: a\r\n\r\n")
client.read(65536)
client.close()
server.join()
print("done", flush=True)
sys.stdin.read()
