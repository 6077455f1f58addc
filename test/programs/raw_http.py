"""HTTP/1.1 messages as bytes on a socket, for programs that have to know exactly what was on the wire."""

import time

FIRST_HEAD_BYTES = 1 << 16


class Message:
    """One message as it came: `start`, `headers` as (lower-case name, value) in order, `size` of head and body in bytes."""

    def __init__(self, head):
        self.start, *lines = head.decode("latin-1").split("\r\n")
        self.headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines if line)]
        self.size = len(head) + 4

    def values(self, name):
        return [value for each, value in self.headers if each == name]


class Incoming:
    """What comes over a connection, one message after the other."""

    def __init__(self, connection):
        self.connection = connection
        self.buffer = b""

    def more(self):
        data = self.connection.recv(FIRST_HEAD_BYTES)
        self.buffer += data
        return data != b""

    def through(self, mark):
        while mark not in self.buffer:
            if not self.more():
                raise EOFError(f"ended after {self.buffer[:200]!r}")
        taken, self.buffer = self.buffer.split(mark, 1)
        return taken

    def skip(self, length):
        while len(self.buffer) < length:
            if not self.more():
                raise EOFError(f"ended {length - len(self.buffer)} bytes early")
        self.buffer = self.buffer[length:]

    def message(self):
        """The next message, its body passed over; None where the connection ends first."""
        if not self.buffer and not self.more():
            return None
        message = Message(self.through(b"\r\n\r\n"))
        if message.values("transfer-encoding"):
            self.skip_chunks(message)
        else:
            length = int((message.values("content-length") or ["0"])[0])
            self.skip(length)
            message.size += length
        return message

    def skip_chunks(self, message):
        length = None
        while length != 0:
            line = self.through(b"\r\n")
            length = int(line.split(b";")[0], 16)
            self.skip(length + 2)
            message.size += len(line) + 2 + length + 2


def cut(head, *marks):
    """The head in pieces: cut in the middle of each of the marks, and before the last byte."""
    places = sorted(head.index(mark) + len(mark) // 2 for mark in marks if mark in head)
    places.append(len(head) - 1)
    return [head[begin:end] for begin, end in zip([0, *places], [*places, len(head)])]


def send_apart(connection, pieces):
    """Sends each piece once the other end has read the one before: it cannot get two of them with one read."""
    for piece in pieces:
        connection.sendall(piece)
        until_read(connection)


def until_read(connection):
    """Waits until the other end, which is on this host, has read all that was sent; or is gone."""
    here, there = connection.getsockname()[1], connection.getpeername()[1]
    own, other = f" 0100007F:{here:04X} 0100007F:{there:04X} ", f" 0100007F:{there:04X} 0100007F:{here:04X} "
    while queued(own, 0) or queued(other, 1):
        time.sleep(0.0005)


def queued(ends, which):
    """Bytes that a TCP socket of this host has not sent (0) or that have not been read from it (1)."""
    with open("/proc/net/tcp") as table:
        for line in table:
            if ends in line:
                return int(line.split()[4].split(":")[which], 16)
    return 0
