"""The way out: which addresses are called, and how slow, long, compressed or redirecting answers end."""

import asyncio
import gzip
import http.server
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from entrepot.infra.egress import (
    BODY_LIMIT,
    Answer,
    Egress,
    NoAnswer,
    NotAllowed,
    NotSent,
    is_public,
)


def get(url: str, *, inside: frozenset[str] = frozenset(), seconds: float = 1.0) -> Answer:
    async def exchange() -> Answer:
        client = Egress(inside=inside, total_seconds=seconds)
        try:
            return await client.request("GET", url, headers={})
        finally:
            await client.close()

    return asyncio.run(exchange())


@contextmanager
def answering(status: int, body: bytes, **headers: str) -> Iterator[str]:
    """Serve one answer for everything; yields host:port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Print nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def raw(chunks: list[bytes], *, pause: float) -> Iterator[str]:
    """Send chunks with pauses to the first who connects."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            for chunk in chunks:
                try:
                    connection.sendall(chunk)
                except OSError:
                    return
                if stop.wait(pause):
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        listener.close()
        thread.join()


@pytest.mark.parametrize(
    "url",
    [
        "http://vendor.example.com/",
        "https://vendor.example.com:8080/",
        "https://user:word@vendor.example.com/",
        "https:///path",
        "ftp://vendor.example.com/",
        "file:///etc/passwd",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[64:ff9b::a00:1]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://vendor.example.com:99999/",
        "https://[broken/",
        "",
    ],
)
def test_addresses_that_are_never_called(url: str):
    with pytest.raises(NotAllowed):
        get(url)


@pytest.mark.parametrize(
    "url", ["https://vendor.example.com/", "https://vendor.example.com:8443/x"]
)
def test_addresses_that_may_be_called(url: str):
    Egress().check(url)


def test_a_name_that_leads_inside_is_not_connected_to():
    # The name passes the first look; the address behind it does not.
    with pytest.raises(NotSent, match="no public address"):
        get("https://localhost/")


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "1.1.1.1"])
def test_public_addresses(address: str):
    assert is_public(address)


def test_nobody_listening_means_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = f"127.0.0.1:{listener.getsockname()[1]}"

    with pytest.raises(NotSent):
        get(f"http://{place}/", inside=frozenset({place}))


def test_redirects_are_not_followed():
    with answering(302, b"", Location="https://elsewhere.example.com/") as place:
        assert get(f"http://{place}/", inside=frozenset({place})).status == 302


@pytest.mark.parametrize(("size", "is_taken"), [(BODY_LIMIT, True), (BODY_LIMIT + 1, False)])
def test_an_answer_is_read_up_to_its_limit(size: int, is_taken: bool):
    with answering(200, b"x" * size) as place:
        if is_taken:
            assert len(get(f"http://{place}/", inside=frozenset({place})).body) == size
        else:
            with pytest.raises(NoAnswer, match="longer than 65536"):
                get(f"http://{place}/", inside=frozenset({place}))


def test_a_compressed_answer_is_not_unpacked():
    bomb = gzip.compress(b"0" * 50_000_000)
    with answering(200, bomb, Content_Encoding="gzip") as place, pytest.raises(NoAnswer):
        get(f"http://{place}/", inside=frozenset({place}))


@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param([b"H", *[b"x"] * 50], id="in the first line"),
        pytest.param([b"HTTP/1.1 200 OK\r\n", *[b"a: b\r\n"] * 50], id="in the headers"),
        pytest.param(
            [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", *[b"x"] * 50], id="in the body"
        ),
    ],
)
def test_a_vendor_that_drips_bytes_is_left_at_the_deadline(chunks: list[bytes]):
    start = time.monotonic()
    with raw(chunks, pause=0.1) as place, pytest.raises(NoAnswer):
        get(f"http://{place}/", inside=frozenset({place}), seconds=0.4)

    # 0.4 s, though every single byte came in time; the bytes would have taken 5 s.
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    "chunk",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 10_000 + b"\r\n\r\n",
        b"",
    ],
)
def test_a_broken_answer_leaves_the_effect_unknown(chunk: bytes):
    with raw([chunk], pause=0) as place, pytest.raises(NoAnswer):
        get(f"http://{place}/", inside=frozenset({place}))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b"[1]", None),
        (b"<html>", None),
        (b"", None),
        (b"\xff", None),
        (b"[" * 60_000, None),
    ],
)
def test_only_a_json_object_counts_as_fields(body: bytes, expected: dict | None):
    assert Answer(200, {}, body).fields() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("30", 30.0), ("", None), ("-1", None), ("soon", None), ("9" * 9, None), ("²", None)],
)
def test_a_wait_is_a_number_of_seconds(text: str, expected: float | None):
    assert Answer(429, {"retry-after": text}, b"").retry_after() == expected
