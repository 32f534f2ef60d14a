"""Serves the live page and its stream to browsers of this machine, in a thread of its own."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from collections.abc import Mapping
from http import HTTPStatus
from importlib import resources
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from exo_control.errors import ExoError

HOST = "127.0.0.1"
STREAM = "/stream"

LARGEST_REQUEST = 1000
"""Bytes; a request of the page is a short one."""

BACKLOG_BYTES = 200_000
"""Of a browser that is too slow, such as a page in the background: it misses frames until it has caught up."""

CLOSE_TIMEOUT_S = 1.0
"""For a page to take leave; one that has hung is left alone."""

PAGE_FILES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

# The page has no business anywhere else, and nobody else in it.
OWN_FILES = "; ".join(f"{kind}-src 'self'" for kind in ("script", "style", "img", "connect"))
CONTENT_POLICY = f"default-src 'none'; {OWN_FILES}; frame-ancestors 'none'"


class ViewServerError(ExoError):
    """The server cannot start."""


class ViewServer:
    """Page, stream of frames, and requests of the page. Other web sites open in the browser cannot use it.

    A request is put into ``requests`` as it came, for the owner to judge.
    """

    def __init__(self, port: int, about: Mapping[str, Any]) -> None:
        """Start to serve.

        Args:
            port: TCP port on this machine; 0 takes a free one.
            about: what a page gets first.

        Raises:
            ViewServerError: the port is taken.
        """
        self.requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._about = json.dumps({"about": dict(about)})
        self._files = _page_files()
        self._pages: set[ServerConnection] = set()
        self._loop = asyncio.new_event_loop()
        try:
            self._server = self._loop.run_until_complete(self._serve(port))
        except OSError as error:
            self._loop.close()
            raise ViewServerError(f"port {port} of {HOST}: {error.strerror}; use view_port:=NUMBER") from None
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, name="view server", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://localhost:{self.port}/"

    @property
    def has_viewers(self) -> bool:
        """Whether any page is open."""
        return bool(self._pages)

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message to all pages; never waits for one."""
        self._loop.call_soon_threadsafe(self._broadcast, json.dumps(message, allow_nan=False))

    def close(self) -> None:
        """Take leave of the pages and end; a second time does nothing."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=5.0)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5.0)
        self._loop.close()

    async def _serve(self, port: int) -> Server:
        # Checked by _answer: websockets would let a page of another site try.
        return await serve(
            self._stream,
            HOST,
            port,
            process_request=self._answer,
            compression=None,  # costs more time than the bytes are worth on one machine
            max_size=LARGEST_REQUEST,
            close_timeout=CLOSE_TIMEOUT_S,
            server_header=None,
        )

    async def _close(self) -> None:
        for page in list(self._pages):
            if page.transport.get_write_buffer_size() > 0:  # it would take its leave behind all that waits for it
                page.transport.abort()
        self._server.close()
        await self._server.wait_closed()

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Return the page, one of its files, or None to go on with a stream."""
        own = {f"{host}:{self.port}" for host in ("localhost", HOST)}
        # The name that the browser asked for: another one is a site that has pointed its name at this machine.
        if request.headers.get("Host") not in own:
            return _response(HTTPStatus.FORBIDDEN, "text/plain", f"open {self.url} instead\n".encode())
        path = request.path.partition("?")[0]
        if path == STREAM:
            origin = request.headers.get("Origin", "").removeprefix("http://")
            return None if origin in own else _response(HTTPStatus.FORBIDDEN, "text/plain", b"not from other sites\n")
        if path not in self._files:
            return _response(HTTPStatus.NOT_FOUND, "text/plain", b"no such page\n")
        return _response(HTTPStatus.OK, *self._files[path])

    async def _stream(self, page: ServerConnection) -> None:
        await page.send(self._about)
        self._pages.add(page)
        try:
            async for text in page:
                self._receive(text)
        except ConnectionClosed:
            pass
        finally:
            self._pages.discard(page)

    def _receive(self, text: str | bytes) -> None:
        try:
            request = json.loads(text)
        except ValueError:
            return
        if isinstance(request, dict):
            self.requests.put(request)

    def _broadcast(self, text: str) -> None:
        broadcast([page for page in self._pages if page.transport.get_write_buffer_size() < BACKLOG_BYTES], text)


def _page_files() -> dict[str, tuple[str, bytes]]:
    """Return content type and content of each file of the page by its path."""
    files = {
        f"/{file.name}": (PAGE_FILES[ending], file.read_bytes())
        for file in (resources.files("exo_nodes.view") / "page").iterdir()
        if (ending := file.name[file.name.rfind(".") :]) in PAGE_FILES
    }
    return {"/": files["/index.html"], **files}


def _response(status: HTTPStatus, content_type: str, body: bytes) -> Response:
    headers = Headers(
        {
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Connection": "close",
            "Content-Security-Policy": CONTENT_POLICY,
            "X-Content-Type-Options": "nosniff",
        }
    )
    return Response(status.value, status.phrase, headers, body)
