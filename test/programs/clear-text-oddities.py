"""What programs do with sockets in clear that is easily taken for something else. Usage: clear-text-oddities.py NAME; waits for
a line of standard input, does what NAME says, prints "done", and ends with its standard input. Each is an exchange or more whose
requests are /NAME/1, /NAME/2, …; bytes that must never be seen say /NAME/never or status 599.
"""

import ctypes
import fcntl
import mmap
import os
import socket
import sys
import tempfile
import threading

from answered_elsewhere import ANSWERED_ELSEWHERE
from clear_text_messages import exchange, request, response
from message_headers import Iovec, Message, libc
from spliced_late import spliced_late
from tcp_pair import tcp_pair


def until_reading(thread, descriptor):
    read = "63 " if os.uname().machine == "aarch64" else "0 "
    while not open(f"/proc/self/task/{thread.native_id}/syscall").read().startswith(f"{read}{descriptor:#x} "):
        pass


def past_the_body():
    """sendfile goes on past the end of a body; memory at that distance from address 0 holds what looks like a response."""
    length = 0x20000
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
    memory = libc.mmap(length, 4096, mmap.PROT_READ | mmap.PROT_WRITE, 0x100000 | mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    assert memory == length, memory
    trap = response(599)
    ctypes.memmove(memory, trap, len(trap))
    client, server = tcp_pair()
    client.sendall(request("past-the-body", 1) + request("past-the-body", 2))
    server.recv(65536)
    server.sendall(response(201, length))
    with tempfile.TemporaryFile() as file:
        file.write(bytes(length) + response(202))
        file.flush()
        sent, whole = 0, length + len(response(202))
        server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        while sent < whole:
            sent += os.sendfile(server.fileno(), file.fileno(), sent, whole - sent)
    client.close()
    server.close()


def discarded():
    """recvmsg and recvmmsg discard bytes; the buffer holds the request before."""
    for many in (False, True):
        name = f"discarded-{'many' if many else 'one'}"
        client, server = tcp_pair()
        buffer = ctypes.create_string_buffer(4096)
        part = Iovec(ctypes.addressof(buffer), 4096)
        message = Message(parts=ctypes.pointer(part), part_count=1)

        def receive(flags):
            if many:
                assert libc.recvmmsg(server.fileno(), ctypes.byref(message), 1, flags, None) == 1
            else:
                assert libc.recvmsg(server.fileno(), ctypes.byref(message), flags) > 0

        client.sendall(request(name, 1))
        receive(0)
        server.sendall(response(201))
        client.recv(65536)
        client.sendall(b"z" * len(request(name, 1)))
        receive(0x20)  # MSG_TRUNC
        server.sendall(response(202))
        client.close()
        server.close()


def closed_otherwise():
    """Sockets are closed by dup2, dup3 and close_range; with the last also one of which the range has two descriptors."""
    spare = os.open("/dev/null", os.O_RDWR)

    def close_all(sock):
        assert libc.syscall(436, sock.fileno(), sock.fileno(), 0) == 0  # close_range
        os.dup2(spare, sock.fileno())

    closes = [lambda sock: os.dup2(spare, sock.fileno()), lambda sock: os.dup2(spare, sock.fileno(), inheritable=False), close_all]
    for index, close in enumerate(closes):
        client, server = socket.socketpair()
        exchange(client, server, "closed-otherwise", index + 1)
        for sock in (client, server):
            close(sock)
    client, server = socket.socketpair()
    exchange(client, server, "closed-otherwise", 4)
    os.dup2(server.fileno(), 901)
    os.dup2(client.fileno(), 900)
    os.dup2(server.fileno(), 902)
    client.close()
    server.close()
    assert libc.syscall(436, 900, 902, 0) == 0


def early_answer():
    """The answer comes, and is read, while the request is still being written by another thread."""
    client, server = tcp_pair()
    body = bytes(16 << 20)
    answered = threading.Event()

    def serve():
        for index in (1, 2, 3):
            data = b""
            while b"\r\n\r\n" not in data:
                data += server.recv(4096)
            left = len(body) - (len(data) - data.index(b"\r\n\r\n") - 4) if index == 1 else 0
            server.sendall(response(200 + index))
            answered.wait()
            while left:
                left -= len(server.recv(min(left, 1 << 20)))

    def write():
        whole = request("early-answer", 1, f"content-length: {len(body)}\r\n".encode()) + body
        assert os.write(client.fileno(), whole) == len(whole)

    threads = [threading.Thread(target=serve), threading.Thread(target=write)]
    for thread in threads:
        thread.start()
    client.recv(65536)
    answered.set()
    threads[1].join()
    for index in (2, 3):
        client.sendall(request("early-answer", index))
        client.recv(65536)
    threads[0].join()
    client.close()
    server.close()


def given_away():
    """A descriptor becomes another socket's while a thread waits in a read of it."""
    (client, server), (other_client, other) = tcp_pair(), tcp_pair()
    for index, (near, far) in enumerate(((client, server), (other_client, other))):
        exchange(near, far, "given-away", index + 1)
    descriptor = server.fileno()
    kept = os.dup(descriptor)
    reader = threading.Thread(target=os.read, args=(descriptor, 65536))
    reader.start()
    until_reading(reader, descriptor)
    os.dup2(other.fileno(), descriptor)
    client.sendall(request("given-away", 3))
    reader.join()
    os.write(kept, response(203))
    client.recv(65536)
    other_client.sendall(request("given-away", 4))
    other.recv(65536)
    other.sendall(response(204))
    other_client.recv(65536)


def closed_while_held():
    """A process closes sockets that a child and a waiting call of its own still have; one it keeps by a duplicate."""
    shared, waited, kept = tcp_pair(), socket.socketpair(), socket.socketpair()
    for index, (client, server) in enumerate((shared, waited, kept)):
        exchange(client, server, "closed-while-held", index + 1)
    held_by, release = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(release)
        for sock in (*waited, *kept):
            sock.close()
        os.read(held_by, 1)
        os._exit(0)
    for sock in shared:
        sock.close()
    descriptor = waited[1].fileno()
    reader = threading.Thread(target=os.read, args=(descriptor, 65536))
    reader.start()
    until_reading(reader, descriptor)
    os.close(descriptor)
    waited[0].sendall(request("closed-while-held", "never"))
    waited[0].close()
    reader.join()
    duplicate = socket.socket(fileno=fcntl.fcntl(kept[1].fileno(), fcntl.F_DUPFD, 700))
    kept[1].close()
    exchange(kept[0], duplicate, "closed-while-held", 4)
    os.close(release)
    os.waitpid(child, 0)


def not_of_streams():
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(receiver.getsockname())
    pairs = [socket.socketpair(socket.AF_UNIX, kind) for kind in (socket.SOCK_DGRAM, socket.SOCK_SEQPACKET)]
    held.extend([(sender, receiver), *pairs])
    for one, other in held:
        one.sendall(request("not-of-streams", "never"))
        other.recv(65536)
        os.write(one.fileno(), request("not-of-streams", "never"))
        os.read(other.fileno(), 65536)
    client, server = tcp_pair()
    exchange(client, server, "not-of-streams", 1)


def thrown_away():
    """Servers throw away what comes yet before they close, without a copy of it."""
    client, server = tcp_pair()
    exchange(client, server, "thrown-away", 1)
    client.sendall(request("thrown-away", "never"))
    server.recv_into(bytearray(4096), 4096, socket.MSG_TRUNC)
    client.close()
    server.close()


def forked():
    """A child for each connection, which is gone before anybody looks."""
    for index in (1, 2, 3):
        client, server = tcp_pair()
        client.sendall(request("forked", index))
        child = os.fork()
        if not child:
            server.recv(65536)
            server.sendall(response(200))
            os._exit(0)
        server.close()
        os.waitpid(child, 0)
        client.recv(65536)
        client.close()


held = []  # open until the program ends, so that what is remembered of them can be asked for
ODDITIES = {
    "not-of-streams": not_of_streams,
    **ANSWERED_ELSEWHERE,
    "given-away": given_away,
    "closed-while-held": closed_while_held,
    "early-answer": early_answer,
    "past-the-body": past_the_body,
    "spliced-late": spliced_late,
    "discarded": discarded,
    "thrown-away": thrown_away,
    "forked": forked,
    "closed-otherwise": closed_otherwise,
}

sys.stdin.readline()
ODDITIES[sys.argv[1]]()
print("done", flush=True)
sys.stdin.read()
