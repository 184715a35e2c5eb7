"""How many pages may be open in browsers at a time. Each holds a socket, and anybody may open one: without limits a
stranger opens so many that nobody else is let in."""

import asyncio
import ipaddress
import resource
import secrets
from collections import Counter
from dataclasses import dataclass
from functools import cache

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from fers import config
from fers.ui.web.answering import answer
from fers.ui.web.caller import network
from fers.ui.web.session_cookie import COOKIE, whose

_WANTED_FILES = 1 << 16
_FILES_A_PAGE = 4
"""Open files and sockets that an open page costs the server."""
_SOCKET = "/_stcore/stream"
_HEADER = "x-fers-page"
"""Names the socket to the pages that run over it. What a browser says in it is replaced."""
_FULL = HTMLResponse(
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<meta http-equiv=refresh content=30><title>FERS</title>"
    "<body style='font: 1.1rem sans-serif; max-width: 32rem; margin: 4rem auto; padding: 0 1rem'>"
    "<h1>Many people are here right now</h1><p>This page tries again by itself every half minute. If you are already"
    " signed in in this browser, you get in at once.",
    503,
    {"Retry-After": "30", "Cache-Control": "no-store"},
)


@dataclass(frozen=True)
class Limits:
    """Of pages that are open at a time."""

    signed_out: int
    """In all. Whoever signs in, on a page that is open, makes room."""
    an_address: int = 250
    """Of these, from one address: a lecture hall's, behind one. Where the address is a proxy's, nothing is known."""
    a_person: int = 40


def raise_file_limit() -> None:
    """Up to what the machine lets every process have: the usual limit is a few hundred pages."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED_FILES if hard == resource.RLIM_INFINITY else min(_WANTED_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def usual_limits(signed_out: int) -> Limits:
    """Pages of people who are signed out take a quarter of the files there may be at most."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return Limits(signed_out=min(signed_out, (_WANTED_FILES if files < 0 else files) // (4 * _FILES_A_PAGE)))


@dataclass
class _Page:
    address: str | None
    person_id: str | None


class OpenPages:
    """Those of this server."""

    def __init__(self, limits: Limits):
        self._limits = limits
        self._pages: dict[str, _Page] = {}

    def has_room(self, person_id: str | None, address: str | None) -> bool:
        pages = list(self._pages.values())
        if person_id:
            return sum(page.person_id == person_id for page in pages) < self._limits.a_person
        addresses = Counter(page.address for page in pages if page.person_id is None)
        if addresses.total() >= self._limits.signed_out:
            return False
        return address is None or addresses[address] < self._limits.an_address

    def open(self, person_id: str | None, address: str | None) -> str:
        """Note a page that was opened. Returns its name."""
        name = secrets.token_hex(16)
        self._pages[name] = _Page(address, person_id)
        return name

    def close(self, name: str) -> None:
        self._pages.pop(name, None)

    def belongs_to(self, name: str | None, person_id: str | None) -> None:
        """From now on, to somebody who signed in on it, or out (None)."""
        if page := self._pages.get(name):
            page.person_id = person_id


@cache
def open_pages() -> OpenPages:
    return OpenPages(usual_limits(config.load().signed_out_pages))


def this_page_belongs_to(person_id: str | None) -> None:
    """Called by the page that is run now, when its person signs in or out (None)."""
    open_pages().belongs_to(st.context.headers.get(_HEADER), person_id)


class SocketLimits:
    """ASGI middleware that lets in so many pages of people who are signed out, and says so plainly to the others."""

    def __init__(self, app: ASGIApp, pages: OpenPages | None = None):
        self._app = app
        self._pages = pages or open_pages()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and scope["path"].endswith(_SOCKET):
            await self._open(scope, receive, send)
        elif _opens_a_page(scope) and not await self._has_room(scope):
            await answer(_FULL, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        person_id, address = await _who(scope), _known_address(scope)
        if not self._pages.has_room(person_id, address):
            await answer(_FULL, scope, receive, send)
            return
        name = self._pages.open(person_id, address)
        try:
            await self._app(_called(scope, name), receive, send)
        finally:
            self._pages.close(name)

    async def _has_room(self, scope: Scope) -> bool:
        """Who asks is looked up only where it matters."""
        address = _known_address(scope)
        return self._pages.has_room(None, address) or self._pages.has_room(await _who(scope), address)


async def _who(scope: Scope) -> str | None:
    person = await asyncio.to_thread(whose, HTTPConnection(scope).cookies.get(COOKIE))
    return person and person.id


def _opens_a_page(scope: Scope) -> bool:
    """Whether a browser asks for a page, which opens a socket a moment later."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return HTTPConnection(scope).headers.get("sec-fetch-dest") == "document"


def _called(scope: Scope, name: str) -> Scope:
    headers = MutableHeaders(raw=list(scope["headers"]))
    headers[_HEADER] = name
    return scope | {"headers": headers.raw}


def _known_address(scope: Scope) -> str | None:
    """The network of whoever asks, as the server in front saw it: what stands before that is what browsers say, who
    could name another one each time. None where all that is known are machines that stand in front."""
    said = ",".join(HTTPConnection(scope).headers.getlist("x-forwarded-for")).split(",")
    seen = (network(address) for address in (*reversed(said), (scope.get("client") or ("",))[0]))
    return next((one for one in seen if one and ipaddress.ip_network(one).is_global), None)
