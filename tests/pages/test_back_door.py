"""A page file asked for by its own address runs without `app.py`: it must turn people away politely."""

import pytest
from driving import REPOSITORY, agreed, opened, sign_in, signed_in, told
from streamlit.testing.v1 import AppTest

from fers.domain.people import OPERATOR, Role
from tests.people import grant, participant
from tests.waiting import LONG

PAGES = sorted(path.name for path in (REPOSITORY / "pages").glob("*.py"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opened_alone_and_signed_out_shows_the_way_home_and_nothing_else(page, platform):
    alone = AppTest.from_file(str(REPOSITORY / "pages" / page), default_timeout=LONG).run()
    assert not alone.exception and not alone.error
    assert told(alone) == "[Go to the start page](/)\nPlease open this page from the start page."
    assert not alone.button and not alone.text_input and not alone.checkbox


@pytest.mark.parametrize("page", sorted(set(PAGES) - {"sign_in.py", "setup.py", "join.py"}))
def test_somebody_signed_out_is_shown_the_way_in_and_then_the_page_they_asked_for(page, app, platform):
    participant(platform, "boss@example.org")
    grant(platform, "boss@example.org", Role.ADMINISTRATOR)
    app.switch_page(f"pages/{page}").run()
    assert "I am new here" in [tab.label for tab in app.tabs]
    assert "Sign in to continue to" in told(app)
    sign_in(app, "boss@example.org")
    assert opened(app) == page.removesuffix(".py")
    assert not app.exception


@pytest.mark.parametrize("page", ["study", "explore", "review", "models"])
def test_a_page_for_few_is_there_for_others_and_says_who_may_see_it(page, app, platform):
    agreed(signed_in(app, platform))
    app.switch_page(f"pages/{page}.py").run()
    assert [error.value for error in app.error if "Your account may not" in error.value]
    assert opened(app) == page and not app.exception


@pytest.mark.parametrize("page", ["give", "live"])
def test_whoever_has_yet_to_agree_is_led_to_the_terms_and_back(page, app, platform):
    signed_in(app, platform)
    app.switch_page(f"pages/{page}.py").run()
    assert opened(app) == "consent" and not app.error
    app.switch_page("pages/consent.py")  # AppTest would run the page that was asked for again.
    agreed(app.run())
    assert opened(app) == page


@pytest.mark.parametrize(
    ("role", "page"),
    [(None, "give"), (Role.ANNOTATOR, "review"), (Role.RESEARCHER, "explore"), (Role.ADMINISTRATOR, "study")],
)
def test_each_role_lands_on_its_own_page(role, page, app, platform):
    ada = participant(platform)
    if role:
        platform.members.assign(OPERATOR, platform.studies.current().id, ada.id, role)
    sign_in(app)
    assert opened(app) == page
    assert not app.exception and not app.error
