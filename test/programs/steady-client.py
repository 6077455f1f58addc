"""Sends requests over keep-alive connections until standard input closes, then prints how many were answered.
Usage: steady-client.py PORT CONNECTIONS [NAME: VALUE]…
"""

import http.client
import sys
import threading

import any_certificate

port, connections = int(sys.argv[1]), int(sys.argv[2])
headers = dict(line.split(": ", 1) for line in sys.argv[3:])
context = any_certificate.context()
stop = threading.Event()
counts = [0] * connections


def run(worker):
    client = http.client.HTTPSConnection("127.0.0.1", port, context=context)
    while not stop.is_set():
        client.request("GET", f"/steady/{worker}?page={counts[worker]}", headers={**headers, "x-request-id": f"{worker}-{counts[worker]}"})
        client.getresponse().read()
        counts[worker] += 1
    client.close()


threads = [threading.Thread(target=run, args=(worker,)) for worker in range(connections)]
for thread in threads:
    thread.start()
print("started", flush=True)
sys.stdin.read()
stop.set()
for thread in threads:
    thread.join()
print(sum(counts), flush=True)
