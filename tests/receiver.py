"""A web hook's receiver on loopback: answers as a script says, and remembers what it was sent."""

import socket
import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """What came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Answers each request as `answer` says at that moment: a status, or a fault.

    drop: closes after the request; shut: closes before it; hang: never answers; drip: answers a byte now and then;
    garbage: answers what is not HTTP; flood: answers without end.
    """

    def __init__(self, answer="204", headers="", context=None):
        self.answer, self.headers, self.context = answer, headers, context
        self.requests = []
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.threads = []
        self.thread = threading.Thread(target=self.serve, daemon=True)

    @property
    def url(self):
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}/xəbər/T0KEN?to=redaksiya"

    def serve(self):
        while not self.over.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self.one, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def one(self, connection):
        try:
            with connection:
                if self.context:
                    connection = self.context.wrap_socket(connection, server_side=True)
                with connection, connection.makefile("rb") as wire:
                    self.talk(wire, connection)
        except (OSError, ValueError):
            pass

    def talk(self, wire, connection):
        if self.answer == "shut":
            return
        method, path, _ = wire.readline().decode("ascii").split()
        lines = iter(lambda: wire.readline().decode("ascii").strip(), "")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = wire.read(int(headers["content-length"]))
        self.requests.append(Request(method, path, headers, body))
        match self.answer:
            case "drop":
                pass
            case "hang":
                self.over.wait(20)
            case "drip":
                for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"z" * 1000:
                    connection.sendall(bytes([byte]))
                    if self.over.wait(0.05):
                        return
            case "garbage":
                connection.sendall(b"\x00\xff mina \r\n\r\n")
            case "flood":
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                while not self.over.is_set():
                    connection.sendall(b"z" * 65536)
            case status:
                connection.sendall(f"HTTP/1.1 {status} T0KEN\r\nContent-Length: 5\r\n{self.headers}\r\nT0KEN".encode())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in (self.thread, *self.threads):
            thread.join(5)
