"""Messages in clear, each with its number."""


def request(name, index, head=b""):
    return f"GET /{name}/{index} HTTP/1.1\r\nhost: a\r\n".encode() + head + b"\r\n"


def response(status, length=0):
    return f"HTTP/1.1 {status} S\r\ncontent-length: {length}\r\n\r\n".encode()


def exchange(client, server, name, index):
    client.sendall(request(name, index))
    server.recv(65536)
    server.sendall(response(200 + index))
    client.recv(65536)
