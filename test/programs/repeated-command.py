"""Runs a command again and again. Usage: repeated-command.py COMMAND [ARGUMENT ...]

Reads lines `ID NAME MILLISECONDS`, answers each with `ID TIMES CPU_NS WALL_NS` when the time is over and the command that
was running has ended. The CPU time is that of the command and of all that it started. Ends with an error where the command does.
"""

import resource
import subprocess
import sys
import time


def cpu_ns():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round((used.ru_utime + used.ru_stime) * 1e9)


for line in sys.stdin:
    number, _, milliseconds = line.split()
    begun, before, times, passed = time.monotonic_ns(), cpu_ns(), 0, 0
    while passed < int(milliseconds) * 1_000_000:
        subprocess.run(sys.argv[1:], check=True)
        times += 1
        passed = time.monotonic_ns() - begun
    print(number, times, cpu_ns() - before, passed, flush=True)
