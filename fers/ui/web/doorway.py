"""What every request meets first: who may ask at which address, and what browsers are told to keep from a page."""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fers.ui.web.answering import answer
from fers.ui.web.media import MEDIA

THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_FOR_EVERYBODY = "/health"
"""Asked by machines that know FERS by a number."""
_FRAMED = "/component/"
"""The cropper is a page in a page."""
_NOT_HERE = (
    "FERS doesn't answer at this address. Whoever runs it can set FERS_ADDRESS to the address people use to reach it."
)
_NOT_FROM_THERE = "Requests from other sites are not answered here."


class Doorway:
    """ASGI middleware, the outermost one. `addresses` are the origins by which people reach FERS apart from this
    machine itself, such as "https://faces.example.org"."""

    def __init__(self, app: ASGIApp, addresses: Sequence[str] = ()):
        self._app = app
        self._origins = frozenset(addresses)
        self._hosts = frozenset((*THIS_MACHINE, *(urlsplit(address).hostname for address in addresses)))
        self._scripts = " ".join(_inline_scripts())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] == "http":
            send = self._telling(scope, send)
        if refusal := self._refusal(scope):
            await answer(refusal, scope, receive, send)
            return
        await self._app(self._as_the_browser_says(scope), receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if scope["path"] != _FOR_EVERYBODY and _hostname(host) not in self._hosts:
            return PlainTextResponse(_NOT_HERE, 421)
        if origin is None or origin in self._origins or origin.partition("://")[2] == host:
            return None
        return PlainTextResponse(_NOT_FROM_THERE, 403)

    def _as_the_browser_says(self, scope: Scope) -> Scope:
        """With the host of the page that asks, which some proxies replace by this machine's: what comes after compares
        the two, and Streamlit would otherwise ask another server how this machine is called from outside."""
        origin = Headers(scope=scope).get("origin")
        if origin not in self._origins:
            return scope
        headers = MutableHeaders(raw=list(scope["headers"]))
        headers["host"] = urlsplit(origin).netloc
        return scope | {"headers": headers.raw}

    def _telling(self, scope: Scope, send: Send) -> Send:
        is_https = scope["scheme"] == "https"
        rules = self._headers(scope, is_https)

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = message | {"headers": _secured(message["headers"]) if is_https else message["headers"]}
                headers = MutableHeaders(scope=message)
                headers.update(rules)
                if message["status"] >= 400:  # It says how things are now, and Chrome would keep a 410 for good.
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        return telling

    def _headers(self, scope: Scope, is_https: bool) -> dict[str, str]:
        path, host = scope["path"], Headers(scope=scope).get("host", "")
        rules = {
            "Content-Security-Policy": self._policy("'self'" if path.startswith(_FRAMED) else "'none'", host, is_https),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), display-capture=(), usb=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        return rules | ({"Cache-Control": "no-store"} if path.startswith(MEDIA) else {})

    def _policy(self, framed_by: str, host: str, is_https: bool) -> str:
        """Everything from here alone. Streamlit writes styles into its pages, loads scripts of widgets from blobs, and
        reads the camera's picture from data in the page."""
        socket = f" ws{'s' if is_https else ''}://{host}" if _hostname(host) in self._hosts else ""
        rules = (
            "default-src 'self'",
            f"script-src 'self' blob: 'wasm-unsafe-eval' {self._scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",
            f"connect-src 'self' data: blob:{socket}",  # Older Safaris take sockets for another origin.
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {framed_by}",
        )
        return "; ".join(rules)


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _secured(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """With every cookie kept to HTTPS, those that Streamlit sets included: it knows of no proxy."""
    return [
        (name, value + b"; Secure")
        if name.lower() == b"set-cookie" and b"; secure" not in value.lower()
        else (name, value)
        for name, value in headers
    ]


def _inline_scripts() -> list[str]:
    """What a policy calls the scripts written into Streamlit's page: by their hashes, so that no other is run."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return [f"'sha256-{base64.b64encode(found).decode()}'" for found in hashes]
