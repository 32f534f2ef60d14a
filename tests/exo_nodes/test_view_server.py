"""The live page's server: what it gives, to whom, and what it takes."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

pytest.importorskip("websockets", reason="needs requirements/view.txt")
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from exo_nodes.view.view_server import LARGEST_REQUEST, ViewServer, ViewServerError


@pytest.fixture
def server() -> Iterator[ViewServer]:
    with closing(ViewServer(0, {"answer": 42})) as server:
        yield server


def page(server: ViewServer, origin: str | None = None) -> ClientConnection:
    origin = origin or f"http://localhost:{server.port}"
    return connect(f"ws://127.0.0.1:{server.port}/stream", origin=origin, close_timeout=0.1)


def get(server: ViewServer, path: str, host: str | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", path, headers={"Host": host or f"localhost:{server.port}"})
    return connection.getresponse()


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 10.0
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("path", "content_type", "text"),
    [
        ("/", "text/html", "<title>exo"),
        ("/index.html?x=1", "text/html", "<title>exo"),
        ("/main.js", "text/javascript", "WebSocket"),
        ("/style.css", "text/css", "body {"),
    ],
)
def test_the_page_and_its_files(server: ViewServer, path: str, content_type: str, text: str) -> None:
    response = get(server, path)
    assert response.status == 200
    assert response.headers["Content-Type"].startswith(content_type)
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert text in response.read().decode()


@pytest.mark.parametrize("path", ["/nothing", "/../view_server.py", "/page/index.html", "//etc/passwd"])
def test_nothing_else_is_served(server: ViewServer, path: str) -> None:
    assert get(server, path).status == 404


def test_the_page_needs_nothing_from_elsewhere(server: ViewServer) -> None:
    for path in ("/", "/style.css", "/main.js", "/figure.js", "/chart.js", "/controls.js"):
        text = get(server, path).read().decode()
        assert "http://" not in text and "https://" not in text, path


def test_a_site_that_points_its_name_at_this_machine_gets_nothing(server: ViewServer) -> None:
    assert get(server, "/", host="evil.example").status == 403
    assert get(server, "/", host=f"evil.example:{server.port}").status == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1", "https://localhost"])
def test_a_page_of_another_site_gets_no_stream(server: ViewServer, origin: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        page(server, origin)


def test_a_client_that_says_no_origin_gets_no_stream(server: ViewServer) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        connect(f"ws://127.0.0.1:{server.port}/stream")


def test_pages_get_what_is_sent(server: ViewServer) -> None:
    assert not server.has_viewers
    server.send({"frame": 0})  # nobody hears it
    with page(server) as one, page(server) as other:
        assert json.loads(one.recv(5)) == json.loads(other.recv(5)) == {"about": {"answer": 42}}
        wait_for(lambda: len(server._pages) == 2)
        server.send({"frame": 1})
        assert json.loads(one.recv(5)) == json.loads(other.recv(5)) == {"frame": 1}
    wait_for(lambda: not server.has_viewers)


def test_requests_arrive_as_they_came_and_nonsense_is_dropped(server: ViewServer) -> None:
    with page(server) as one:
        for text in ("no json", "[1]", "3", '{"do": "stop"}'):
            one.send(text)
        assert server.requests.get(timeout=5.0) == {"do": "stop"}
        assert server.requests.empty()


def test_a_long_request_closes_the_page(server: ViewServer) -> None:
    with page(server) as one:
        one.send(json.dumps({"do": "x" * LARGEST_REQUEST}))
        wait_for(lambda: not server.has_viewers)
    assert server.requests.empty()


def test_a_page_that_does_not_read_misses_frames_and_holds_up_nobody(server: ViewServer) -> None:
    with page(server) as slow, page(server) as other:
        wait_for(lambda: len(server._pages) == 2)
        slow.recv(5)
        other.recv(5)
        begin, text = time.monotonic(), "x" * 100_000
        for number in range(300):
            server.send({"frame": number, "text": text})
            assert json.loads(other.recv(5))["frame"] == number
        assert time.monotonic() - begin < 20.0
        backlogs = [client.transport.get_write_buffer_size() for client in server._pages]
        assert max(backlogs) < 1_000_000
        begin = time.monotonic()
        server.close()  # does not wait for the page that hangs
        assert time.monotonic() - begin < 4.0


def test_only_this_machine_can_connect(server: ViewServer) -> None:
    assert [socket.getsockname()[0] for socket in server._server.sockets] == ["127.0.0.1"]


def test_a_taken_port_is_named(server: ViewServer) -> None:
    with pytest.raises(ViewServerError, match=rf"port {server.port} of 127.0.0.1: .*; use view_port:=NUMBER"):
        ViewServer(server.port, {})
