"""Serves ASGI applications on free loopback ports, for as long as a `with` block lasts."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from starlette.types import ASGIApp


def listener() -> tuple[socket.socket, str]:
    """A socket that listens on a free port of 127.0.0.1, and its URL without a path.

    As it listens already, nobody has to wait until the application is ready: requests made before
    that wait in the socket's queue.
    """
    # Without the protocol asyncio does not turn Nagle's algorithm off, and each answer waits 40 ms.
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    return listening, f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def serving(app: ASGIApp, listening: socket.socket) -> Iterator[None]:
    """Serves `app` in a thread of its own, and ends it with the block."""
    # The timeout bounds how long a stream that some client left open can delay the end.
    config = uvicorn.Config(
        app,
        log_level="warning",
        timeout_graceful_shutdown=3,
        # Else h11 takes long headers only as they happen to come, in one part or in several.
        h11_max_incomplete_event_size=1 << 17,
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="uvicorn")
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
