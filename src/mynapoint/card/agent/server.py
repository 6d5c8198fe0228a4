"""Serves the agent on 127.0.0.1 with granian, in one process, until it is told to stop."""

from __future__ import annotations

import asyncio
import ctypes
import signal
import socket
import sys
from collections.abc import Callable

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server
from starlette.applications import Starlette

from mynapoint.card.agent.app import HOST

_READY_WITHIN_SECONDS = 10
_HEADERS_MILLISECONDS_MAX = 5_000
_PR_SET_DUMPABLE = 4


class PortTaken(OSError):
    """Another program listens on the agent's port already."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} on {HOST} is taken: another card agent may be running; stop it, or use --port")
        self.port = port


def serve(app: Starlette, *, port: int, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; ``ready`` is called once connections are answered. Raises PortTaken."""
    stay_out_of_dumps()
    require_free(port)
    asyncio.run(_serve(app, port, ready))


def require_free(port: int) -> None:
    """Refuse a port on which another program listens. Raises PortTaken."""
    # The server shares its port with its own kind (SO_REUSEPORT); this socket does not, so it notices them.
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise PortTaken(port) from None


def stay_out_of_dumps() -> None:
    """Keep this process's memory, in which a PIN was typed, from core files and from the user's other programs.

    Linux: no core file, and neither /proc nor a debugger without root's rights. Elsewhere on Unix: no core file.
    """
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


async def _serve(app: Starlette, port: int, ready: Callable[[], None]) -> None:
    # One process: tickets live in its memory, and the PIN passes through no second one.
    server = Server(
        app,
        address=HOST,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADERS_MILLISECONDS_MAX),
        websockets=False,
        log_level=LogLevels.error,
        log_access=False,
    )
    loop = asyncio.get_running_loop()
    for stop in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(stop, server.stop)
    serving = asyncio.create_task(server.serve())
    await _answering(port)
    ready()
    await serving


async def _answering(port: int) -> None:
    async with asyncio.timeout(_READY_WITHIN_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection(HOST, port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return
