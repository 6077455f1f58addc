"""An exchange over TLS between two threads, on sockets or on memory BIOs; both ends close their sockets and keep their TLS objects, as a
program does that frees them when it collects garbage. Usage: kept-tls-objects.py CERTIFICATE KEY sockets|memory; waits for a line, prints
"done", and ends with its standard input.
"""

import socket
import ssl
import sys
import threading

from tcp_pair import tcp_pair

kept = []


class OnSocket:
    def __init__(self, context, connection, server_side):
        self.tls = context.wrap_socket(connection, server_side=server_side)
        kept.append(self.tls._sslobj)
        self.read, self.write, self.close = self.tls.recv, self.tls.sendall, self.tls.close


class OnMemory:
    def __init__(self, context, connection, server_side):
        self.connection, self.incoming, self.outgoing = connection, ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=server_side)
        kept.append(self.tls)
        self.until_done(self.tls.do_handshake)

    def until_done(self, call):
        while True:
            try:
                result = call()
                self.connection.sendall(self.outgoing.read())
                return result
            except ssl.SSLWantReadError:
                self.connection.sendall(self.outgoing.read())
                self.incoming.write(self.connection.recv(65536))

    def read(self, size):
        return self.until_done(lambda: self.tls.read(size))

    def write(self, data):
        self.until_done(lambda: self.tls.write(data))

    def close(self):
        self.connection.close()


def serve(end, context, connection):
    tls = end(context, connection, True)
    tls.read(65536)
    tls.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nuntil the end")
    tls.close()


certificate, key, how = sys.argv[1:]
end = {"sockets": OnSocket, "memory": OnMemory}[how]
server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
server_context.load_cert_chain(certificate, key)
client_context = ssl.create_default_context()
client_context.check_hostname, client_context.verify_mode = False, ssl.CERT_NONE

sys.stdin.readline()
near, far = tcp_pair()
server = threading.Thread(target=serve, args=(end, server_context, far))
server.start()
client = end(client_context, near, False)
client.write(b"GET /kept HTTP/1.1\r\nhost: a\r\n\r\n")
client.read(65536)
client.close()
server.join()
print("done", flush=True)
sys.stdin.read()
