"""Sends requests over keep-alive connections, in phases, and says whether any answer was missing or another one.

Usage: phased-client.py PORT CONNECTIONS PATH. Each line of standard input begins a phase; its text is the value of
`x-client-id`. Once every connection has had an answer of the new phase, a line `{"phase": the one before, "requests": N}`
is printed. Each connection pauses for some milliseconds after each answer, so that a slow machine has time for others. At the end of input the connections close and a last line says all: `problems`, and per request
`[x-request-id, phase, ended]`, the time in microseconds of Unix time. A connection that is lost is a problem: none is
opened twice.
"""

import http.client
import json
import sys
import threading
import time

import any_certificate

port, connections, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
context = any_certificate.context()
lock = threading.Condition()
phase = None
counts = {}
reached = {}
problems = []
requests = []


def answer_of(client, worker, number, name):
    request_id = f"{port}-{worker}-{number}"
    client.request("GET", path, headers={"x-client-id": name, "x-request-id": request_id})
    response = client.getresponse()
    body = response.read()
    requests.append([request_id, name, time.time_ns() // 1000])
    headers = sorted(line for line in response.getheaders() if line[0].lower() != "date")
    return response.status, headers, body


def run(worker):
    client = http.client.HTTPSConnection("127.0.0.1", port, context=context)
    client.connect()
    client.auto_open = 0
    first = None
    number = 0
    while (name := phase) is not False:
        answer = answer_of(client, worker, number, name)
        first = first or answer
        if answer[0] != 200 or answer != first:
            problems.append(f"request {number} of connection {worker}: {answer} instead of {first}")
        number += 1
        with lock:
            counts[name] = counts.get(name, 0) + 1
            reached[worker] = name
            lock.notify_all()
        time.sleep(0.003)
    client.close()


def guarded(worker):
    try:
        run(worker)
    except Exception as error:
        with lock:
            problems.append(f"connection {worker}: {error!r}")
            reached[worker] = None
            lock.notify_all()


threads = []
for line in sys.stdin:
    before, phase = phase, line.strip()
    if not threads:
        threads = [threading.Thread(target=guarded, args=(worker,)) for worker in range(connections)]
        for thread in threads:
            thread.start()
    with lock:
        lock.wait_for(lambda: all(reached.get(worker) in (phase, None) and worker in reached for worker in range(connections)))
    print(json.dumps({"phase": before, "requests": counts.get(before, 0)}), flush=True)
last, phase = phase, False
for thread in threads:
    thread.join()
print(json.dumps({"phase": last, "requests": counts.get(last, 0)}), flush=True)
print(json.dumps({"problems": problems, "requests": requests}), flush=True)
