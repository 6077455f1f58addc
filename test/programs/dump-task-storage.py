"""What a BPF task storage map holds: one line of hexadecimal digits for each thread of this host that has a value in it.

usage: dump-task-storage.py MAP_ID VALUE_BYTES
bpftool cannot list it: its keys are pidfds. Needs root, and Linux 6.9 for threads that lead no process.
"""
import ctypes
import os
import sys

BPF, PIDFD_OPEN = {"x86_64": (321, 434), "aarch64": (280, 434)}[os.uname().machine]
MAP_LOOKUP_ELEM, MAP_GET_FD_BY_ID = 1, 14
PIDFD_THREAD = os.O_EXCL
libc = ctypes.CDLL(None, use_errno=True)


class Attributes(ctypes.Structure):
    _fields_ = [("map_fd", ctypes.c_uint64), ("key", ctypes.c_uint64), ("value", ctypes.c_uint64), ("flags", ctypes.c_uint64)]


def bpf(command, attributes):
    return libc.syscall(BPF, command, ctypes.byref(attributes), ctypes.sizeof(attributes))


def threads():
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            yield from map(int, os.listdir(f"/proc/{process}/task"))
        except OSError:
            pass  # it has ended


map_id, value_bytes = int(sys.argv[1]), int(sys.argv[2])
map_fd = bpf(MAP_GET_FD_BY_ID, Attributes(map_id, 0, 0, 0))
if map_fd < 0:
    raise OSError(ctypes.get_errno(), f"map {map_id}: {os.strerror(ctypes.get_errno())}")
for thread in threads():
    pidfd = libc.syscall(PIDFD_OPEN, thread, PIDFD_THREAD)
    if pidfd < 0:
        continue
    key, value = ctypes.c_uint32(pidfd), ctypes.create_string_buffer(value_bytes)
    if bpf(MAP_LOOKUP_ELEM, Attributes(map_fd, ctypes.addressof(key), ctypes.addressof(value), 0)) == 0:
        print(value.raw.hex())
    os.close(pidfd)
