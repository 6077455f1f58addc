"""Speaks HTTP in clear with itself, over TCP and over a Unix socket pair, once with each form of system call that moves bytes
of a socket: two exchanges on each connection, /<transport>/<form>/1 and /2. Usage: clear-text-calls.py; waits for a line of
standard input, speaks, prints what it used, and ends with its standard input.
"""

import ctypes
import os
import socket
import sys
import tempfile

from message_headers import Iovec, Message, libc
from tcp_pair import tcp_pair

BODY = b"b" * 5000


def messages_of(pieces):
    buffers = [ctypes.create_string_buffer(piece, len(piece)) for piece in pieces]
    parts = [Iovec(ctypes.addressof(buffer), len(buffer)) for buffer in buffers]
    messages = (Message * len(pieces))()
    for index, part in enumerate(parts):
        messages[index].parts = ctypes.pointer(part)
        messages[index].part_count = 1
    return messages, buffers, parts


def cut(data):
    """In pieces of 1, 2, 3, … bytes, an empty one among them, and the rest."""
    pieces, at = [b""], 0
    for length in range(1, 12):
        pieces.append(data[at : at + length])
        at += length
    return [*pieces, data[at:]]


def send_messages(sock, data):
    pieces = [piece for piece in cut(data) if piece]
    messages, _buffers, _parts = messages_of(pieces)
    assert libc.sendmmsg(sock.fileno(), messages, len(pieces), 0) == len(pieces)


def receive_messages(sock, size):
    messages, buffers, _parts = messages_of([bytes(7), bytes(size)])
    count = libc.recvmmsg(sock.fileno(), messages, 2, 0x10000, None)  # MSG_WAITFORONE
    assert count > 0
    return b"".join(buffers[index].raw[: messages[index].length] for index in range(count))


def receive_parts(sock, size):
    parts = [bytearray(3), bytearray(0), bytearray(20), bytearray(size)]
    count = os.readv(sock.fileno(), parts)
    return b"".join(parts)[:count]


def at_no_offset(call, sock, pieces):
    """preadv2 or pwritev2, by number: os.preadv takes no offset of -1."""
    parts = (Iovec * len(pieces))(*[Iovec(ctypes.addressof(piece), len(piece)) for piece in pieces])
    minus_one = ctypes.c_long(-1)
    return libc.syscall(ctypes.c_long(call), sock.fileno(), parts, ctypes.c_long(len(pieces)), minus_one, minus_one, 0)


PREADV2, PWRITEV2 = (286, 287) if os.uname().machine == "aarch64" else (327, 328)


def send_at_no_offset(sock, data):
    pieces = [ctypes.create_string_buffer(piece, len(piece)) for piece in cut(data) if piece]
    assert at_no_offset(PWRITEV2, sock, pieces) == len(data)


def receive_at_no_offset(sock, size):
    pieces = [ctypes.create_string_buffer(3), ctypes.create_string_buffer(size)]
    count = at_no_offset(PREADV2, sock, pieces)
    assert count > 0
    return b"".join(piece.raw for piece in pieces)[:count]


def receive_message(sock, size):
    parts = [bytearray(5), bytearray(size)]
    count = sock.recvmsg_into(parts)[0]
    return b"".join(parts)[:count]


def peek_first(sock, size):
    sock.recv(size, socket.MSG_PEEK)
    return sock.recv(size)


def head_and_body(data):
    end = data.index(b"\r\n\r\n") + 4
    return data[:end], data[end:]


def send_file(sock, data):
    head, body = head_and_body(data)
    sock.sendall(head)
    if body:
        with tempfile.TemporaryFile() as file:
            file.write(body)
            file.flush()
            assert os.sendfile(sock.fileno(), file.fileno(), 0, len(body)) == len(body)


def splice_out(sock, data):
    head, body = head_and_body(data)
    sock.sendall(head)
    if body:
        reader, writer = os.pipe()
        os.write(writer, body)
        assert os.splice(reader, sock.fileno(), len(body)) == len(body)
        os.close(reader)
        os.close(writer)


def splice_in(sock, size):
    """What comes before the body by recv, byte by byte; the body by splice."""
    if not hasattr(splice_in, "head"):
        splice_in.head = b""
    if not splice_in.head.endswith(b"\r\n\r\n"):
        byte = sock.recv(1)
        splice_in.head += byte
        return byte
    splice_in.head = b""
    reader, writer = os.pipe()
    count = os.splice(sock.fileno(), writer, size)
    data = os.read(reader, size)
    assert len(data) == count
    os.close(reader)
    os.close(writer)
    return data


FORMS = {
    "read-write": (lambda sock, data: os.write(sock.fileno(), data), lambda sock, size: os.read(sock.fileno(), size)),
    "readv-writev": (lambda sock, data: os.writev(sock.fileno(), cut(data)), receive_parts),
    "preadv2-pwritev2": (send_at_no_offset, receive_at_no_offset),
    "recv-send": (lambda sock, data: sock.send(data), lambda sock, size: sock.recv(size)),
    "recvmsg-sendmsg": (lambda sock, data: sock.sendmsg(cut(data)), receive_message),
    "recvmmsg-sendmmsg": (send_messages, receive_messages),
    "peek": (lambda sock, data: sock.send(data), peek_first),
    "sendfile": (send_file, lambda sock, size: sock.recv(size)),
    "splice": (splice_out, splice_in),
}


def pair(transport):
    if transport == "unix":
        return socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    return tcp_pair()


def message(sock, receive):
    data = b""
    while b"\r\n\r\n" not in data:
        data += receive(sock, 65536)
    head, body = head_and_body(data)
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += receive(sock, 65536)
    assert body == BODY[:length], body
    return head


sys.stdin.readline()
for transport in ("tcp", "unix"):
    for form, (send, receive) in FORMS.items():
        client, server = pair(transport)
        for index in (1, 2):
            send(client, f"POST /{transport}/{form}/{index} HTTP/1.1\r\nhost: a\r\ncontent-length: {len(BODY)}\r\n\r\n".encode() + BODY)
            assert message(server, receive).startswith(b"POST ")
            send(server, f"HTTP/1.1 20{index} OK\r\ncontent-length: {len(BODY)}\r\n\r\n".encode() + BODY)
            assert message(client, receive).startswith(b"HTTP/1.1 20")
        client.close()
        server.close()
        print(f"{transport}/{form}", flush=True)
print("done", flush=True)
sys.stdin.read()
