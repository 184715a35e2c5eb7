"""Two servers on one Firebase project are one app: whoever signs in at one is known at the other, until they leave."""

from dataclasses import replace

import httpx
import pytest
from playwright.sync_api import Page, expect

from fers import config
from fers.adapters import open_stores
from fers.assembly import assemble
from fers.domain.people import OPERATOR, Person, Role
from fers.ui.web.session_cookie import COOKIE
from tests.browser.conftest import DESKTOP, PATIENCE_MS, session_cookie, until
from tests.browser.test_review import REVIEW
from tests.people import EVERYTHING, OneFace, OneModel, give_face
from tests.serving import firebase_project, serving
from tests.waiting import LONG

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)

FACES = 16
"""More than an annotator has in hand at a time."""


@pytest.fixture(scope="module")
def firebase(firebase_servers):
    return firebase_project()


@pytest.fixture(scope="module")
def settings(firebase, tmp_path_factory):
    return replace(config.load(firebase), data=tmp_path_factory.mktemp("unused"))


@pytest.fixture(scope="module")
def stores(settings):
    return open_stores(settings)


@pytest.fixture(scope="module")
def platform(settings, stores):
    return assemble(settings, stores=stores, models=OneModel(), detector=OneFace())


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


@pytest.fixture(scope="module")
def giver(platform):
    """Somebody who gives faces, with their personal code."""
    signed_in, code = platform.accounts.join(platform.studies.current().join_code)
    person = signed_in.person
    platform.consents.give(person, platform.consents.text(person).sha256, EVERYTHING, adult=True)
    return person, code


def test_two_servers_know_the_same_people_and_faces(open_page, servers, platform, giver):
    one, other = (server.address for server in servers)
    person, code = giver
    give_face(platform, person)

    page = sign_in(open_page, one, code)
    expect(page.get_by_role("heading", name="Show an expression")).to_be_visible()
    page.goto(f"{other}/my_data")
    expect(page.get_by_alt_text("Your photo, labelled")).to_be_visible()
    page.goto(f"{other}/sign_out")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("textbox", name="Your personal code")).to_be_visible()
    page.goto(f"{one}/my_data")
    expect(page.get_by_role("textbox", name="Your personal code")).to_be_visible()


def test_a_ticket_from_one_server_is_redeemed_by_the_other(servers, platform):
    one, other = (server.address for server in servers)
    signed_in, _ = platform.accounts.join(platform.studies.current().join_code)
    ticket = platform.accounts.issue_ticket(signed_in.token)
    answers = [
        httpx.post(f"{address}/session", content=ticket, headers={"Origin": address}, timeout=LONG)
        for address in (other, one)
    ]
    assert [answer.status_code for answer in answers] == [204, 403]
    assert answers[0].cookies[COOKIE] == signed_in.token


def test_annotators_of_two_servers_label_each_face_once(open_page, servers, platform, stores, giver):
    study = replace(platform.studies.current(), overlap=1)
    platform.studies.update(OPERATOR, study)
    while sum(1 for _ in stores.records.faces()) < FACES:
        give_face(platform, giver[0])
    people, pages = [], []
    for server in servers:
        annotator, page = annotating(platform, study, open_page, server.address)
        people.append(annotator)
        pages.append(page)
    # Both have faces in hand, and are at it together until nothing is left for either.
    while not all(page.get_by_text("Nothing to label right now.").is_visible() for page in pages):
        for page in pages:
            page.keyboard.press("2")
        pages[0].wait_for_timeout(50)
    for page in pages:
        until(page, f"!{REVIEW}.unsent.length")
    labelled = [label.face_id for annotator in people for label in stores.labels.labels_by(annotator.id)]
    assert sorted(labelled) == sorted(face.id for face in stores.records.faces())
    assert all(stores.labels.count_by(annotator.id, study.id) for annotator in people), "both had their share"


def test_a_role_that_was_taken_away_is_gone_on_every_server(open_page, servers, platform, stores, giver):
    study = platform.studies.current()
    give_face(platform, giver[0])
    annotator, page = annotating(platform, study, open_page, servers[1].address)
    platform.members.assign(OPERATOR, study.id, annotator.id, Role.PARTICIPANT)
    page.keyboard.press("2")
    expect(page.get_by_text("Your account may not do this: label").first).to_be_visible()
    assert stores.labels.count_by(annotator.id, study.id) == 0
    page.reload()
    expect(page.get_by_role("link", name="My data")).to_be_visible()
    expect(page.get_by_role("link", name="Review")).to_have_count(0)
    expect(page.get_by_text("Your account may not do this: label").first).to_be_visible()


def annotating(platform, study, open_page, address: str) -> tuple[Person, Page]:
    """A new annotator, who has opened the review page at a server."""
    signed_in, code = platform.accounts.join(study.join_code)
    platform.members.assign(OPERATOR, study.id, signed_in.person.id, Role.ANNOTATOR)
    page = sign_in(open_page, address, code)
    page.goto(f"{address}/review")
    expect(page.get_by_alt_text("The face to label")).to_be_visible()
    return signed_in.person, page


def sign_in(open_page, address: str, code: str) -> Page:
    page = open_page(address, **DESKTOP)
    page.get_by_role("textbox", name="Your personal code").fill(code)
    page.get_by_role("button", name="Sign in with my code").click()
    until(page, lambda: session_cookie(page))
    return page
