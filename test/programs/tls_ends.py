"""Ends of a TLS connection, on a socket of the library's own and on memory BIOs: `read`, `write`, `end_sending`, which waits until the peer closes,
`shutdown` of the socket and `close`, which leaves the TLS object `tls` alone.
"""

import ssl

import any_certificate


class OnSocket:
    def __init__(self, context, connection, server_side):
        wrapped = context.wrap_socket(connection, server_side=server_side)
        self.tls = wrapped._sslobj
        self.read, self.write, self.close = wrapped.recv, wrapped.sendall, wrapped.close
        self.shutdown, self.end_sending = wrapped.shutdown, wrapped.unwrap


class OnMemory:
    def __init__(self, context, connection, server_side):
        self.connection, self.incoming, self.outgoing = connection, ssl.MemoryBIO(), ssl.MemoryBIO()
        self.shutdown = connection.shutdown
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=server_side)
        self.until_done(self.tls.do_handshake)

    def until_done(self, call):
        while True:
            try:
                result = call()
                self.connection.sendall(self.outgoing.read())
                return result
            except ssl.SSLWantReadError:
                self.connection.sendall(self.outgoing.read())
                received = self.connection.recv(65536)
                if not received:
                    return b""
                self.incoming.write(received)

    def read(self, size):
        return self.until_done(lambda: self.tls.read(size))

    def write(self, data):
        self.until_done(lambda: self.tls.write(data))

    def end_sending(self):
        self.until_done(self.tls.unwrap)

    def close(self):
        self.connection.close()


def contexts(certificate, key):
    """Of a server and of a client that takes any certificate."""
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate, key)
    return server, any_certificate.context()
