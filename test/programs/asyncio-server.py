"""A server on asyncio's streams, whose TLS is on memory BIOs. Usage: asyncio-server.py [CERT KEY]; prints its port. Answers as
every server of the matrix does: `x-answer` twice, a body that is chunked below `/chunked/`.
"""

import asyncio
import ssl
import sys

BODY = b"canary-of-a-response-body " * 100
HEAD = b"HTTP/1.1 200 OK\r\nx-answer: one\r\nset-cookie: session=canary-of-a-response-cookie\r\nx-answer: two\r\n"


async def answer(reader, writer):
    head = await reader.readuntil(b"\r\n\r\n")
    target, lines = head.split()[1], head.lower().split(b"\r\n")
    length = sum(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
    await reader.readexactly(length)
    if b"/chunked/" in target:
        writer.write(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        for at in range(0, len(BODY), 700):
            chunk = BODY[at : at + 700]
            writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            await writer.drain()
        writer.write(b"0\r\n\r\n")
    else:
        writer.write(HEAD + b"content-length: %d\r\n\r\n" % len(BODY) + BODY)
    await writer.drain()


async def serve(reader, writer):
    try:
        while True:
            await answer(reader, writer)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main():
    context = None
    if len(sys.argv) > 1:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
