"""Stands before a server that speaks HTTP and passes everything on, or does what a subclass does instead."""

import http.client
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.waiting import LONG

_OF_THE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Proxy:
    def __init__(self, behind: str):
        """`behind`: host and port of the true server."""
        self.behind = behind
        self.lock = threading.Lock()
        handler = type("Handler", (Asked,), {"proxy": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None  # People who stopped waiting are what some tests are about.
        self.address = f"127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, asked: "Asked") -> Answer | None:
        """None: the connection is cut."""
        return asked.pass_on()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


class Asked(BaseHTTPRequestHandler):
    """One request."""

    proxy: Proxy
    body: bytes

    def pass_on(self) -> Answer:
        """What the true server says to the request."""
        headers = {name: value for name, value in self.headers.items() if name != "Accept-Encoding"}
        return self._ask(self.command, self.path, self.body, headers)

    def look(self, path: str) -> Answer:
        """What the true server says of `path`."""
        return self._ask("GET", path)

    def _ask(self, *request) -> Answer:
        onward = http.client.HTTPConnection(self.proxy.behind, timeout=LONG)
        try:
            onward.request(*request)
            answer = onward.getresponse()
            headers = {name: value for name, value in answer.headers.items() if name.lower() not in _OF_THE_CONNECTION}
            return Answer(answer.status, answer.read(), headers)
        finally:
            onward.close()

    def _answer(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.proxy.answer(self)
        if answer is None:
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_) -> None:
        pass

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer
