"""Two servers on one Firebase project are one app: whoever signs in at one is known at the other, until they leave."""

import secrets
from dataclasses import replace

import httpx
import pytest
from playwright.sync_api import Page, expect

from fers import config
from fers.platform import assemble, open_stores
from fers.storage.firebase_client import open_firebase
from fers.ui.session_cookie import COOKIE
from tests.browser.conftest import DESKTOP, PATIENCE_MS
from tests.people import EVERYTHING, OneFace, OneModel, give_face
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def firebase(firebase_servers):
    """The environment of a project of its own."""
    name = f"demo-{secrets.token_hex(8)}"
    client = open_firebase(name, name)
    client.bucket.create()
    client.close()
    return {
        "FERS_STORE": "firebase",
        "FERS_FIREBASE_PROJECT": name,
        "FERS_FIREBASE_BUCKET": name,
        "FERS_FIREBASE_API_KEY": "any key",
    }


@pytest.fixture(scope="module")
def platform(firebase, tmp_path_factory):
    settings = replace(config.load(firebase), data=tmp_path_factory.mktemp("unused"))
    return assemble(settings, stores=open_stores(settings), models=OneModel(), detector=OneFace())


@pytest.fixture(scope="module")
def servers(firebase, platform, tmp_path_factory):
    with (
        serving(tmp_path_factory.mktemp("one"), **firebase) as one,
        serving(tmp_path_factory.mktemp("other"), **firebase) as other,
    ):
        yield one, other


@pytest.fixture
def server(servers):
    return servers[0]


def test_two_servers_know_the_same_people_and_faces(open_page, servers, platform):
    one, other = (server.address for server in servers)
    signed_in, code = platform.accounts.join(platform.studies.current().join_code)
    person = signed_in.person
    platform.consents.give(person, platform.consents.text(person).sha256, EVERYTHING, adult=True)
    give_face(platform, person)

    page = open_page(one, **DESKTOP)
    page.get_by_role("textbox", name="Your personal code").fill(code)
    page.get_by_role("button", name="Sign in with my code").click()
    expect(page.get_by_role("heading", name="Show an expression")).to_be_visible()
    expect_cookie(page)
    page.goto(f"{other}/my_data")
    expect(page.get_by_alt_text("Your photo, labelled")).to_be_visible()
    page.goto(f"{other}/sign_out")
    expect(page.get_by_role("textbox", name="Your personal code")).to_be_visible()
    page.goto(f"{one}/my_data")
    expect(page.get_by_role("textbox", name="Your personal code")).to_be_visible()


def test_a_ticket_from_one_server_is_redeemed_by_the_other(servers, platform):
    one, other = (server.address for server in servers)
    signed_in, _ = platform.accounts.join(platform.studies.current().join_code)
    ticket = platform.accounts.leave(signed_in.token)
    answers = [
        httpx.post(f"{address}/session", content=ticket, headers={"Origin": address}) for address in (other, one)
    ]
    assert [answer.status_code for answer in answers] == [204, 403]
    assert answers[0].cookies[COOKIE] == signed_in.token


def expect_cookie(page: Page) -> None:
    for _ in range(100):
        if any(cookie["name"] == COOKIE for cookie in page.context.cookies()):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the sign-in cookie was never set")
