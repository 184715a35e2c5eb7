"""Routes that hand out datasets, asked as browsers and scripts ask them."""

import asyncio

import httpx
import pytest

from fers.domain.people import Role
from fers.ui import services
from tests.exporting.versions import freeze_four
from tests.people import PASSWORD, grant, participant

RESEARCHER = "researcher@example.org"


@pytest.fixture
def serve(monkeypatch):
    """Have the routes answer as the server that a platform belongs to."""

    def serve(platform) -> None:
        monkeypatch.setattr(services, "assemble", lambda settings: platform)
        services.platform.cache_clear()

    yield serve
    services.platform.cache_clear()


@pytest.fixture
def platform(platform, serve):
    serve(platform)
    return platform


@pytest.fixture
def faces(platform):
    return freeze_four(platform)


@pytest.fixture
def researcher(platform):
    """Signed in."""
    participant(platform, RESEARCHER)
    grant(platform, RESEARCHER, Role.RESEARCHER)
    return platform.accounts.sign_in(RESEARCHER, PASSWORD)


def answered(app, method: str, address: str, headers: dict, cookies: dict[str, str] | None = None) -> httpx.Response:
    """What an ASGI `app` answers."""

    async def ask():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://fers.test", cookies=cookies) as client:
            return await client.request(method, address, headers=headers)

    return asyncio.run(ask())
