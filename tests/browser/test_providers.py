"""Somebody comes by an OpenID Connect provider, stays signed in over a refresh, and leaves."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS, PHONE, until
from tests.servers.oidc import oidc_provider
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def provider():
    with oidc_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def server(tmp_path_factory, provider):
    folder = tmp_path_factory.mktemp("server")
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "secrets.toml").write_text(provider.secrets_toml())
    with serving(folder, HOME=str(folder)) as server:
        yield server


def test_coming_by_a_provider_and_leaving(open_page, server):
    page = open_page(**PHONE)
    expect(page.get_by_role("button", name="Continue with University")).to_be_visible()
    page.get_by_role("tab", name="I am new here").click()
    page.get_by_role("button", name="Continue with University").click()
    expect(page.get_by_role("heading", name="Taking part in")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Taking part in")).to_be_visible()
    page.goto(f"{server.address}/sign_out")
    with page.expect_response(lambda response: "/auth/logout" in response.url):
        page.get_by_role("button", name="Sign out").click()  # Whoever came by the address alone is asked.
    expect(page.get_by_role("button", name="Continue with University").first).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Continue with University").first).to_be_visible()


def test_the_page_asked_for_is_there_after_coming_by_a_provider(open_page, server):
    page = open_page("/my_data?then=1", **PHONE)
    expect(page.get_by_text("Sign in to continue to “My data”")).to_be_visible()
    until(page, "document.cookie.includes('fers_wanted=my_data%3Fthen%3D1')")
    page.get_by_role("button", name="Continue with University").first.click()
    expect(page.get_by_role("heading", name="My data")).to_be_visible()
    expect(page).to_have_url(f"{server.address}/my_data?then=1")


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/give", "../setup?token=1", "sign_out"])
def test_no_other_page_is_gone_to_than_one_of_ours(open_page, server, elsewhere):
    page = open_page(**PHONE)
    # The front page has cleared what was kept.
    until(page, "!document.cookie.includes('fers_wanted')")
    value = {"name": "fers_wanted", "value": quote(elsewhere, safe=""), "url": server.address}
    page.context.add_cookies([value])
    page.get_by_role("button", name="Continue with University").first.click()
    expect(page.get_by_role("heading", name="Taking part in")).to_be_visible()
    expect(page).to_have_url(f"{server.address}/consent")


def test_what_a_provider_said_a_while_ago_opens_no_session(open_page, provider):
    provider.vouched_ago = 600
    page = open_page(**PHONE)
    with page.expect_navigation():  # To the provider and back.
        page.get_by_role("button", name="Continue with University").first.click()
    expect(page.get_by_role("button", name="Continue with University").first).to_be_visible()
    assert "_streamlit_user" in {cookie["name"] for cookie in page.context.cookies()}
    expect(page.get_by_role("heading", name="Taking part in")).to_have_count(0)
    provider.vouched_ago = 0
    page.get_by_role("button", name="Continue with University").first.click()
    expect(page.get_by_role("heading", name="Taking part in")).to_be_visible()
