"""The web server: Streamlit's pages, the sign-in cookie, downloads, a health check and its periodic tasks, in one
process."""

import asyncio
import gc
import logging
import os
import socket
import sys
from collections.abc import Callable
from contextlib import asynccontextmanager

import click
import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from fers import config
from fers.config import HOME, Settings
from fers.errors import FersError, InvalidInput, StoreUnavailable
from fers.ui.faces.imports import imports
from fers.ui.guard import explain_unexpected, places
from fers.ui.models.runs import runs
from fers.ui.models.shadows import background
from fers.ui.services import platform
from fers.ui.web.browser_files import FOLDER, network, wasm
from fers.ui.web.data_export import data_export_route
from fers.ui.web.dataset_api import ROUTES as DATASET_API
from fers.ui.web.dataset_api import forget_files
from fers.ui.web.doorway import Doorway
from fers.ui.web.downloads import download_route
from fers.ui.web.health import health
from fers.ui.web.media import MediaForPeople
from fers.ui.web.session_cookie import session_route
from fers.ui.web.sockets import SocketLimits, raise_file_limit
from fers.ui.web.uploads import UploadLimits

PURGE_SECONDS = 3600
RECOVERY_SECONDS = 300
SHADOW_SECONDS = 15
DRAFT_SECONDS = 60

log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(_app: st.App):
    lease = config.load().job_lease.total_seconds()
    tasks = (
        repeatedly(PURGE_SECONDS, purge, "purge faces past their retention date"),
        repeatedly(RECOVERY_SECONDS, lambda: platform().doctor.recover(), "finish what broke off"),
        repeatedly(lease / 4, lambda: runs().take_up(), "take up what another server left"),
        repeatedly(DRAFT_SECONDS, lambda: platform().drafts.forget_old(), "forget photos nobody came back to"),
        repeatedly(DRAFT_SECONDS, forget_files, "forget files of dataset versions"),
        repeatedly(lease / 4, lambda: imports().take_up(), "take up imports that were left"),
        repeatedly(PURGE_SECONDS, lambda: platform().uploads.sweep(), "remove uploads nobody came back for"),
        repeatedly(SHADOW_SECONDS, lambda: background().keep_up(), "ask models about new faces"),
    )
    tasks = [asyncio.create_task(task) for task in tasks]
    gc.freeze()  # Streamlit looks for garbage after each run of a page: among all that stays, that took it 60 ms.
    yield {}
    for task in tasks:
        task.cancel()


def purge() -> None:
    retention = platform().retention
    retention.purge_due()
    if held := retention.held():
        log.error("%s", held)


async def repeatedly(seconds: float, task: Callable[[], object], what: str) -> None:
    """Do a task again and again, for as long as the server runs: one that failed is tried anew after the pause."""
    while True:
        try:
            await asyncio.to_thread(task)
        except StoreUnavailable as error:
            log.error("Could not %s: %s", what, error)
        except Exception as error:
            log.error("Could not %s: unexpected %s at %s", what, type(error).__name__, places(error))
        await asyncio.sleep(seconds)


app = st.App(
    HOME / "app.py",
    routes=[
        Route("/health", health),
        Route("/session", session_route, methods=["POST", "DELETE"]),
        Route("/downloads/{secret}", download_route),
        Route("/my-data/{number}/{file}", data_export_route),
        *DATASET_API,
        Route("/browser/networks/{name}", network),
        Route("/browser/litert/{name}.wasm", wasm),
        Mount("/browser", StaticFiles(directory=FOLDER)),
    ],
    middleware=[
        Middleware(Doorway, config.load().addresses),
        Middleware(SocketLimits),
        Middleware(UploadLimits),
        Middleware(MediaForPeople),
    ],
    lifespan=lifespan,
    on_script_error=explain_unexpected,
)
"""The ASGI application, for any ASGI server; `run` brings its own."""


def run(settings: Settings, *, behind_proxy: bool = False) -> None:
    """Serve on 127.0.0.1 until stopped, or `behind_proxy` on every address of the machine, which the proxy alone can
    reach: what it says of a request (HTTPS, the caller's address) is believed. Raises StoreUnavailable when the store
    can't be opened, and InvalidInput when something else answers at the port.

    Streamlit has uvicorn log no requests: addresses hold secrets (downloads, invitations, the one-time link).
    """
    raise_file_limit()
    address = "0.0.0.0" if behind_proxy else "127.0.0.1"
    _require_free(address, settings.port)
    if behind_proxy:
        platform()
        os.environ["FORWARDED_ALLOW_IPS"] = "*"  # Read by uvicorn.
        if not settings.addresses:
            click.echo("FERS answers nobody yet: set FERS_ADDRESS to the address people use to reach it.")
    else:
        _greet(f"http://127.0.0.1:{settings.port}")
    _tell_if_no_model()
    sys.argv = [str(HOME / "app.py")]  # Streamlit looks for `.streamlit/config.toml` beside it.
    app.run(config={"server.address": address, "server.port": settings.port, "logger.hideWelcomeMessage": True})


def _require_free(address: str, port: int) -> None:
    """Raises InvalidInput where something else listens already, or FERS may not."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise InvalidInput("settings.port-taken", port=str(port), problem=error.strerror) from error


def _tell_if_no_model() -> None:
    """Without one, people still come to what they gave, so FERS starts all the same."""
    try:
        platform().live_model.default()
    except FersError as error:
        click.echo(f"Nobody can give a face yet: {error}")


def _greet(address: str) -> None:
    """Behind a proxy, where what is printed goes to a log, nobody is."""
    setup_token = platform().accounts.issue_setup_token()
    click.echo(f"FERS is starting at {address}")
    if setup_token:
        click.echo(f"To become its administrator, open (works once): {address}/setup?token={setup_token}")
