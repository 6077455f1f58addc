"""Speaks HTTP in clear with itself over TCP, and says of each exchange what the program itself measured. One thread is both
ends, unless it says otherwise. Usage: timed-exchanges.py; waits for a line of standard input that says what to do, prints one
JSON object an exchange, then "done", and ends with its standard input.

speak      what can be measured, and some of what cannot
http2      one exchange, then a connection that speaks HTTP/2, then one exchange
handed     one exchange, then one that another thread answers, then one
streamed   one exchange while the response to another request is being written, then one
messages   a request whose two parts are received as two messages of one call
multipath  one exchange over MPTCP

Each object has `path`, and times in nanoseconds: `arrival` and `cpu` are a least and a most of what may be true; `network` has the
kernel's own word (TCP_INFO) from before and after the response was written.
"""

import ctypes
import json
import select
import socket
import struct
import sys
import threading
import time

from message_headers import Iovec, Message, libc
from timed_requests import RESPONSE, head, pair

SO_ATTACH_FILTER, SO_DETACH_FILTER, IPPROTO_MPTCP = 26, 27, 262


def network(sock):
    """Offsets of struct tcp_info (include/uapi/linux/tcp.h)."""
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return {"rttUs": struct.unpack_from("I", info, 68)[0], "retransmits": struct.unpack_from("I", info, 100)[0]}


def burn(milliseconds):
    end = time.thread_time_ns() + milliseconds * 1_000_000
    while time.thread_time_ns() < end:
        pass


def wait_off_cpu():
    """A thread that takes a while: this one sleeps until it has ended."""
    other = threading.Thread(target=lambda: burn(20))
    other.start()
    other.join()


def exchange(client, server, path, before_read=lambda: None, work=lambda: None, sent=None):
    data = head(path)
    sent_ns = time.monotonic_ns()
    for piece in sent or [data]:
        client.sendall(piece)
    select.select([server], [], [])
    readable_ns = time.monotonic_ns()
    while len(server.recv(65536, socket.MSG_PEEK)) < len(data):
        pass
    before_read()
    late_ns, cpu_before_read = time.monotonic_ns(), time.thread_time_ns()
    assert server.recv(65536) == data
    cpu_after_read, read_ns = time.thread_time_ns(), time.monotonic_ns()
    work()
    before = network(server)
    cpu_before_write = time.thread_time_ns()
    server.sendall(RESPONSE)
    cpu_after_write = time.thread_time_ns()
    after = network(server)
    assert client.recv(65536) == RESPONSE
    return {
        "path": path,
        "arrival": [late_ns - readable_ns, read_ns - sent_ns],
        "cpu": [cpu_before_write - cpu_after_read, cpu_after_write - cpu_before_read],
        "network": [before, after],
    }


def say(facts):
    print(json.dumps(facts), flush=True)


def plain():
    client, server = pair()
    say(exchange(client, server, "/plain/1"))
    say(exchange(client, server, "/plain/2"))
    say(exchange(client, server, "/late", before_read=lambda: burn(30)))
    data = head("/parts")
    say(exchange(client, server, "/parts", before_read=lambda: burn(5), sent=[data[:9], data[9:20], data[20:]]))
    say(exchange(client, server, "/busy", work=lambda: burn(50)))
    say(exchange(client, server, "/waits", work=lambda: (burn(10), wait_off_cpu(), burn(10))))
    client.close()
    server.close()


def answer(server):
    server.sendall(RESPONSE)


def interleaved():
    """Requests of two connections at once, of one thread; and an answer from another thread."""
    one, two = pair(), pair()
    for (client, server), path in ((one, "/first-of-two"), (two, "/second-of-two")):
        client.sendall(head(path))
        server.recv(65536)
    for client, server in (two, one):
        answer(server)
        client.recv(65536)
    say(exchange(*one, "/alone-again"))
    hand_over(*one)
    for sock in (*one, *two):
        sock.close()


def hand_over(client, server):
    client.sendall(head("/handed-over"))
    server.recv(65536)
    other = threading.Thread(target=answer, args=[server])
    other.start()
    other.join()
    client.recv(65536)


def pipelined():
    client, server = pair()
    client.sendall(head("/pipelined/1") + head("/pipelined/2"))
    while not server.recv(65536, socket.MSG_PEEK).endswith(head("/pipelined/2")):
        pass
    server.recv(65536)
    for _ in range(2):
        server.sendall(RESPONSE)
        client.recv(65536)
    client.close()
    server.close()


def retransmits():
    """The client's end drops what comes, by a filter on its socket, until the server's has sent it again."""
    client, server = pair()
    drop_all = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))  # BPF_RET: 0 bytes pass
    program = struct.pack("HxxxxxxP", 1, ctypes.addressof(drop_all))
    client.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
    client.sendall(head("/dropped"))
    server.recv(65536)
    server.sendall(RESPONSE)
    while network(server)["retransmits"] == 0:
        pass
    client.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
    assert client.recv(65536) == RESPONSE
    say(exchange(client, server, "/sent-again"))
    client.close()
    server.close()


def on_one_connection(path):
    client, server = pair()
    say(exchange(client, server, path))
    client.close()
    server.close()


def http2():
    on_one_connection("/before")
    client, server = pair()
    client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    server.recv(65536)
    on_one_connection("/after")


def handed():
    on_one_connection("/before")
    client, server = pair()
    hand_over(client, server)
    client.close()
    server.close()  # with this, the request that it read is no longer open
    on_one_connection("/after")


def streamed():
    """A response is begun, and more of it comes while its thread has another connection's request."""
    one, two = pair(), pair()
    one[0].sendall(head("/streamed"))
    one[1].recv(65536)
    one[1].sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab")
    one[0].recv(65536)
    say(exchange(*two, "/beside", work=lambda: (burn(5), one[1].sendall(b"cd"))))
    say(exchange(*two, "/alone-again"))
    for sock in (*one, *two):
        sock.close()


def messages():
    client, server = pair()
    parts = [head("/messages")[:9], head("/messages")[9:]]
    buffers = [ctypes.create_string_buffer(len(part)) for part in parts]
    received = (Message * 2)()
    for message, buffer in zip(received, buffers):
        iovec = Iovec(ctypes.addressof(buffer), len(buffer))
        message.parts, message.part_count = ctypes.pointer(iovec), 1
    for part in parts:
        client.sendall(part)
    while len(server.recv(65536, socket.MSG_PEEK)) < sum(map(len, parts)):
        pass
    assert libc.recvmmsg(server.fileno(), received, 2, 0, None) == 2
    answer(server)
    client.recv(65536)
    client.close()
    server.close()


def multipath():
    listener, client = (socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP) for _ in range(2))
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    client.connect(listener.getsockname())
    server, _ = listener.accept()
    client.sendall(head("/multipath"))
    server.recv(65536)
    answer(server)
    client.recv(65536)
    for each in (client, server, listener):
        each.close()


def speak():
    plain()
    pipelined()
    retransmits()
    interleaved()


what = {each.__name__: each for each in (speak, http2, handed, streamed, messages, multipath)}
what[sys.stdin.readline().strip()]()
print("done", flush=True)
sys.stdin.read()
