"""Texts that people and files brought along are shown as they are: none makes a browser fetch a picture, from where
somebody would learn who reads it, or becomes a link that FERS seems to vouch for."""

from dataclasses import replace

import pytest
from driving import REPOSITORY, click, field, sign_in, told

from fers.domain.people import OPERATOR, Role
from tests.people import OneModel, give_face, grant, participant

PICTURE = "![](http://evil.test/who.png)"
TYPED = f"Ours` {PICTURE} [here](http://evil.test) $x$ <http://evil.test>"
EMAIL = f"`{PICTURE.replace('![', '[')}`@example.org"
PAGES = [page.stem for page in (REPOSITORY / "pages").glob("*.py")]


@pytest.fixture
def study(platform, monkeypatch):
    described = replace(OneModel.info, version=TYPED, name=TYPED, licence=TYPED, data=TYPED, metrics={TYPED: {"n": 3}})
    monkeypatch.setattr(OneModel, "info", described)
    typed = replace(platform.studies.current(), name=TYPED, purpose=TYPED, owner=TYPED, contact=TYPED)
    typed = replace(typed, consent_words=TYPED, labelling_guide=TYPED, asks_groups=True)
    platform.studies.update(OPERATOR, typed)
    return typed


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.PARTICIPANT])
def test_no_page_shows_more_than_was_typed(app, platform, study, role):
    me = participant(platform, EMAIL)
    give_face(platform, me)
    grant(platform, EMAIL, role)
    platform.members.assign(OPERATOR, study.id, me.id, role)
    assert "evil.test" in told(app.run()), "the way in names the study"
    sign_in(app, EMAIL)
    for page in PAGES:
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception


def test_a_failure_repeats_what_was_typed_as_it_was(app, platform):
    field(app, "Password").input("x")
    next(box for box in app.text_input if box.label == "E-mail").input(PICTURE)
    click(app, "Sign in")
