"""A client on asyncio's streams, whose TLS is on memory BIOs. Usage and standard input as of blocking-client.py."""

import asyncio
import json
import sys

import any_certificate

port, tls = int(sys.argv[1]), sys.argv[2] == "tls"
context = any_certificate.context()


async def answer(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert head.split()[1] == b"200", head
    if b"transfer-encoding: chunked" not in head:
        await reader.readexactly(int(head.partition(b"content-length:")[2].split()[0]))
        return
    length = None
    while length != 0:
        length = int(await reader.readuntil(b"\r\n"), 16)
        await reader.readexactly(length + 2)


async def run(requests):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context if tls else None)
    for request in requests:
        lines = "".join(f"{name}: {value}\r\n" for name, value in request["headers"])
        head = f"{request['method']} {request['path']} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n{lines}\r\n"
        writer.write(head.encode())
        writer.write(request["body"].encode())
        await writer.drain()
        await answer(reader)
    writer.close()
    await writer.wait_closed()


async def main():
    plan = json.loads(sys.stdin.readline())
    await asyncio.gather(*(run(requests) for requests in plan["kept"]))
    for request in plan["fresh"]:
        await run([request])


asyncio.run(main())
