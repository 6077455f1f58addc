"""http.client, over ssl where told: blocking, a thread a connection. Usage: blocking-client.py PORT tls|clear; the first line of standard
input is JSON: {"kept": [[request, …], …], "fresh": [request, …]}, each request {"method", "path", "headers", "body"}. Each list of `kept` is
one connection; they run side by side, and then each of `fresh` on a connection of its own.
"""

import http.client
import json
import sys
import threading

import any_certificate

port, tls = int(sys.argv[1]), sys.argv[2] == "tls"
context = any_certificate.context()
problems = []


def run(requests):
    client = http.client.HTTPSConnection("127.0.0.1", port, context=context) if tls else http.client.HTTPConnection("127.0.0.1", port)
    client.connect()
    client.auto_open = 0
    for request in requests:
        client.putrequest(request["method"], request["path"])
        for name, value in request["headers"]:
            client.putheader(name, value)
        client.endheaders(request["body"].encode() or None)
        response = client.getresponse()
        response.read()
        if response.status != 200:
            problems.append(f"{request['path']}: {response.status}")
    client.close()


def guarded(requests):
    try:
        run(requests)
    except Exception as error:
        problems.append(repr(error))


plan = json.loads(sys.stdin.readline())
threads = [threading.Thread(target=guarded, args=(requests,)) for requests in plan["kept"]]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for request in plan["fresh"]:
    guarded([request])
sys.exit("\n".join(problems) or 0)
