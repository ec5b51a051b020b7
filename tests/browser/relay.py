"""A network between the browser and a server, which can fall silent without a word to either side."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator


class Relay:
    """Hands bytes to and fro in a thread of its own. `deaf`: what was open stays open, and nothing comes through."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.pairs: dict[socket.socket, socket.socket] = {}
        self.deaf: set[socket.socket] = set()
        self.swallowing = 0
        self.swallowed = threading.Event()
        self.ending = False
        self.watching = selectors.DefaultSelector()
        self.watching.register(self.listening, selectors.EVENT_READ)
        self.thread = threading.Thread(target=self._carry)
        self.thread.start()

    def fall_silent(self, of_new: int = 0) -> None:
        """Every connection there is now is dead from here on, and nobody is told; so are the next few. Others work."""
        self.deaf |= set(self.pairs)
        self.swallowing = of_new

    def close(self) -> None:
        self.ending = True
        self.thread.join()
        for each in [self.listening, *self.pairs]:
            each.close()

    def _carry(self) -> None:
        while not self.ending:
            for key, _ in self.watching.select(0.05):
                if key.fileobj is self.listening:
                    self._join(self.listening.accept()[0])
                else:
                    self._pass_on(key.fileobj)  # type: ignore[arg-type]

    def _join(self, browser: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self.target))
        self.pairs[browser], self.pairs[server] = server, browser
        for each in (browser, server):
            self.watching.register(each, selectors.EVENT_READ)
        if self.swallowing:
            self.swallowing -= 1
            self.deaf |= {browser, server}
            self.swallowed.set()

    def _pass_on(self, source: socket.socket) -> None:
        try:
            data = source.recv(65536)
        except OSError:
            data = b""
        if source in self.deaf:
            if not data:
                self.watching.unregister(source)
            return
        if data:
            with contextlib.suppress(OSError):
                self.pairs[source].sendall(data)
            return
        self.watching.unregister(source)
        with contextlib.suppress(OSError):
            self.pairs[source].shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def relay(port: int) -> Iterator[Relay]:
    made = Relay(port)
    try:
        yield made
    finally:
        made.close()
