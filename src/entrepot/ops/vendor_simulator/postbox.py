"""Takes call-backs on a real port and keeps them until somebody hands them to the inbox: for tests and proofs."""

import http.server
import queue
import threading
from types import TracebackType
from typing import Any, Self


class Postbox:
    """A context manager; `messages` holds headers and body of each call-back, in the order in which they came."""

    def __init__(self) -> None:
        self.messages: queue.SimpleQueue[tuple[dict[str, str], bytes]] = queue.SimpleQueue()
        messages = self.messages

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                messages.put((dict(self.headers.items()), body))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Print nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Return the address for call-backs."""
        return f"http://127.0.0.1:{self._server.server_port}/callbacks"

    def __enter__(self) -> Self:
        """Start listening."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
