"""A Cloud Storage server for tests: PyPI's gcp-storage-emulator, in a thread of its own.

It ignores `ifGenerationMatch`, on which "a key is written once" rests, so this precondition is added here, and so are
generations that differ within a second.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

from gcp_storage_emulator.exceptions import NotFound
from gcp_storage_emulator.handlers.buckets import create_bucket
from gcp_storage_emulator.server import RequestHandler, Router
from gcp_storage_emulator.storage import Storage

from fers.storage.firebase.client import FirebaseClient

logging.getLogger("gcp_storage_emulator").setLevel(logging.CRITICAL)


class StorageServer:
    def __init__(self):
        self._storage = _GenerationStorage(use_memory_fs=True)
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self, self._storage))
        self._http.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._http.server_port}"
        self.requests = 0
        self.lock = threading.Lock()
        self._http.handle_error = lambda *_: None  # People who stopped waiting are what some tests are about.
        self.misbehave()
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def bucket(self, name: str) -> str:
        """Make a bucket and return its name."""
        create_bucket(name, self._storage)
        return name

    def damage(self, bucket: str, name: str) -> None:
        """Change an object's bytes behind the back of its checksum."""
        Storage.create_file(self._storage, bucket, name, b"damaged", self._storage.get_file_obj(bucket, name))

    def misbehave(self, code: int = 0, after: int = 0, every: int = 1, delay: float = 0) -> int:
        """From now on let `after` requests pass, then answer every `every`th with HTTP status `code` (0: none), each
        request beginning `delay` milliseconds late. Without arguments: behave again.
        Returns the number of requests since the last order."""
        since = self.requests
        self.code, self.after, self.every, self.delay, self.requests = code, after, every, delay, 0
        return since

    def fault(self) -> int:
        """The status that the request that has just come is refused with, or 0."""
        self.requests += 1
        beyond = self.requests - self.after
        return self.code if beyond > 0 and beyond % self.every == 0 else 0

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@contextmanager
def storage() -> Iterator[StorageServer]:
    """A fresh server."""
    server = StorageServer()
    try:
        yield server
    finally:
        server.close()


def ensure_bucket(client: FirebaseClient) -> None:
    """Servers that know their buckets, as this one does, have to be told of a new one."""
    if not client.bucket.exists():
        client.bucket.create()


class _Refused(Exception):
    pass


class _GenerationStorage(Storage):
    required: str | None = None
    """The generation that the request that is being answered insists on; "0": none."""

    def create_file(self, bucket_name, file_name, content, file_obj, *more) -> None:
        self._check(bucket_name, file_name)
        file_obj["generation"] = str(time.time_ns())
        super().create_file(bucket_name, file_name, content, file_obj, *more)

    def delete_file(self, bucket_name, file_name) -> None:
        self._check(bucket_name, file_name)
        super().delete_file(bucket_name, file_name)

    def _check(self, bucket_name: str, file_name: str) -> None:
        try:
            generation = self.get_file_obj(bucket_name, file_name)["generation"]
        except NotFound:
            generation = "0"
        if self.required not in (None, generation):
            raise _Refused


class _Handler(RequestHandler):
    def __init__(self, server: StorageServer, *arguments):
        self._server = server
        super().__init__(*arguments)

    def _answer(self) -> None:
        time.sleep(self._server.delay / 1000)
        with self._server.lock:  # The emulator is made for one request at a time.
            if status := self._server.fault():
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_error(status)
                return
            self.storage.required = parse_qs(urlparse(self.path).query).get("ifGenerationMatch", [None])[0]
            try:
                Router(self).handle(self.command)
            except _Refused:
                self.send_error(412)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer
