"""Stands before a server that speaks HTTP, and can be told to misbehave."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Fault:
    """What happens to every `every`th request."""

    status: int = 0
    """0: none of its own."""
    message: str = ""
    """What the answer calls the failure, as Google's servers do."""
    every: int = 1
    delay: float = 0.0
    """Seconds before anything happens."""
    cut: bool = False
    """The connection is cut instead of an answer."""
    done: bool = False
    """What was asked for is done all the same."""


class FaultyServer:
    def __init__(self, behind: str):
        self.behind = behind
        self.fault = Fault()
        self.requests = 0
        """Since the last order."""
        self.lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None  # People who stopped waiting are what some tests are about.
        self.address = f"127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def misbehave(self, fault: Fault = Fault()) -> None:  # noqa: B008 - frozen
        """From now on; without a fault: behave again."""
        self.fault, self.requests = fault, 0

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@contextmanager
def faulty(behind: str) -> Iterator[FaultyServer]:
    """`behind`: address of the true server."""
    server = FaultyServer(behind)
    try:
        yield server
    finally:
        server.close()


class _Handler(BaseHTTPRequestHandler):
    proxy: FaultyServer

    def _answer(self) -> None:
        with self.proxy.lock:
            self.proxy.requests += 1
            fault = self.proxy.fault if self.proxy.requests % self.proxy.fault.every == 0 else Fault()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        time.sleep(fault.delay)
        fails = fault.cut or fault.status
        status, answer = self._pass_on(body) if fault.done or not fails else (0, b"")
        if fault.cut:
            return
        if fails:
            status = fault.status
            answer = json.dumps({"error": {"code": status, "message": fault.message}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _pass_on(self, body: bytes) -> tuple[int, bytes]:
        onward = http.client.HTTPConnection(self.proxy.behind, timeout=30)
        try:
            headers = {name: value for name, value in self.headers.items() if name != "Accept-Encoding"}
            onward.request(self.command, self.path, body, headers)
            answer = onward.getresponse()
            return answer.status, answer.read()
        finally:
            onward.close()

    def log_message(self, *_) -> None:
        pass

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer
