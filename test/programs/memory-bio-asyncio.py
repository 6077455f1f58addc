"""HTTPS by asyncio, whose TLS touches no socket itself. Usage: memory-bio-asyncio.py server CERTIFICATE KEY [PORT]: says its port; within
each handshake that names a server it sends a byte to that other PORT; or
memory-bio-asyncio.py client PORT [PROXY_PORT]: waits for a line, makes a connection (by CONNECT through a proxy in clear where one is
named), says its port, asks for /first, makes a second connection, and asks for /second and /third on the first one.
"""

import asyncio
import socket
import ssl
import sys

import any_certificate

REQUEST = "GET {} HTTP/1.1\r\nhost: a\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


async def answer(reader, writer):
    while line := await reader.readline():
        if line == b"\r\n":
            writer.write(RESPONSE)


async def serve(certificate, key, other_port=None):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    if other_port:
        other = socket.create_connection(("127.0.0.1", int(other_port)))
        context.sni_callback = lambda *_: other.sendall(b"x") and None
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def ask(reader, writer, path):
    writer.write(REQUEST.format(path).encode())
    await reader.readuntil(b"ok")


async def ask_all(port, proxy_port=None):
    context = any_certificate.context()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    zero = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    await ask(*zero, "/zero")
    if proxy_port:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy_port)
        writer.write(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\nhost: a\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        await writer.start_tls(context, server_hostname="a")
    else:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    print(writer.get_extra_info("sockname")[1], flush=True)
    await ask(reader, writer, "/first")
    older = any_certificate.context()
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    other = await asyncio.open_connection("127.0.0.1", port, ssl=older)
    await ask(reader, writer, "/second")
    await ask(reader, writer, "/third")
    print("done", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    for _, each in (zero, other, (reader, writer)):
        each.close()


if sys.argv[1] == "server":
    asyncio.run(serve(*sys.argv[2:5]))
else:
    asyncio.run(ask_all(*map(int, sys.argv[2:])))
