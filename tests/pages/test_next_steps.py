"""Pages that are empty lead on, and the front page says what comes next."""

from dataclasses import replace

import pytest
from driving import open_app, opened, sign_in, told

from fers.domain.people import OPERATOR, Role
from fers.ui import next_up, sample_study
from fers.ui.web.sample_study import Running, SampleStudy
from tests.people import EVERYTHING, PASSWORD, give_face, grant, participant


@pytest.fixture
def owner(app, platform):
    owner = participant(platform, "boss@example.org")
    grant(platform, "boss@example.org", Role.ADMINISTRATOR)
    sign_in(app, "boss@example.org")
    return owner


def annotator_of(platform, *studies):
    """Anna, who was invited to label in these studies, and has agreed to nothing."""
    platform.accounts.sign_up("anna@example.org", PASSWORD)
    anna = platform.accounts.sign_in("anna@example.org", PASSWORD).person
    for study in studies:
        code = platform.invitations.invite(OPERATOR, study.id, Role.ANNOTATOR, days=7, uses=1)
        platform.invitations.accept(anna, code)
    return anna


def pressed(app, label: str):
    """Press a button of the next steps. AppTest stays on a page that was switched to."""
    next(button for button in app.button if button.label == label).click()
    return app.run()


def test_an_owner_is_led_from_a_closed_study_to_its_first_photo(app, platform, owner):
    study = replace(platform.studies.current(), open=False, contact="")
    platform.studies.update(OPERATOR, study)
    assert opened(app) == "study"
    assert "its checklist has gaps" in told(app.run())
    pressed(app, "See the checklist")
    assert app.session_state["parts"] == "Opening"
    platform.studies.update(OPERATOR, replace(study, contact="ada@example.org"))
    assert "you can open the study" in told(app.run())
    platform.studies.update(OPERATOR, replace(study, contact="ada@example.org", open=True))
    assert "Nobody has given a photo yet." in told(app.run())
    pressed(app, "See the link")
    assert app.session_state["parts"] == "People"
    assert not app.exception and not app.error


def test_a_page_without_versions_leads_to_what_is_missing(app, platform, owner):
    app.switch_page("pages/datasets.py").run()
    assert "There is no version yet." in told(app) and "Share the link for participants." in told(app)
    pressed(app, "See the link")
    assert opened(app) == "study" and app.session_state["parts"] == "People"
    give_face(platform, owner)
    app.switch_page("pages/datasets.py").run()
    assert "Freeze one to train or compare on." in told(app)
    platform.versions.freeze(OPERATOR, platform.studies.current().id, "v1")
    assert "Freeze one" not in told(app.run())


def test_a_researcher_is_told_where_they_land(app, platform):
    give_face(platform, participant(platform))
    ruth = participant(platform, "ruth@example.org")
    platform.members.assign(OPERATOR, platform.studies.current().id, ruth.id, Role.RESEARCHER)
    sign_in(app, "ruth@example.org")
    assert opened(app) == "explore" and "There is no dataset version yet." in told(app)
    pressed(app, "Freeze a version")
    assert opened(app) == "datasets"
    assert not app.exception and not app.error


def test_a_participant_without_photos_is_led_to_the_first(app, platform):
    ada = participant(platform)
    sign_in(app)
    app.switch_page("pages/my_data.py").run()
    assert "You have not given a photo yet." in told(app)
    give_face(platform, ada)
    assert "You have not given a photo yet." not in told(app.run())
    assert not app.exception


def test_a_participant_who_comes_to_a_closed_study_is_led_to_what_they_gave(app, platform):
    give_face(platform, participant(platform))
    platform.studies.update(OPERATOR, replace(platform.studies.current(), open=False))
    sign_in(app)
    assert opened(app) == "give" and "The study is closed" in told(app)
    assert not app.button_group, "nobody is asked for a photo that would then be refused"
    pressed(app, "See what you gave")
    assert opened(app) == "my_data"
    assert not app.exception and not app.error


def test_an_annotator_with_nothing_to_label_is_led_on(app, platform):
    anna = annotator_of(platform, platform.studies.current())
    sign_in(app, "anna@example.org")
    assert opened(app) == "review" and "You can take part, too." in told(app)
    pressed(app, "Read what it means")
    assert opened(app) == "consent"
    app.switch_page("pages/my_data.py").run()
    assert "You can take part, too." in told(app)
    assert len(app.get("link_button")) == 1, "they agreed to nothing that they could download"
    platform.consents.give(anna, platform.consents.text().sha256, EVERYTHING, adult=True)
    app.switch_page("pages/review.py").run()
    pressed(app, "Give a photo")
    assert opened(app) == "give"
    assert not app.exception and not app.error


def test_an_annotator_of_two_studies_is_led_to_the_one_with_faces(app, platform, clock):
    here, there = platform.studies.current(), platform.studies.create(OPERATOR, "Empty")
    give_face(platform, participant(platform))
    anna = annotator_of(platform, here, there)
    clock.advance(minutes=1)
    platform.studies.enter(anna, there.id)
    sign_in(app, "anna@example.org")
    assert f"In **{here.name}**, faces are waiting for you." in told(app)
    clock.advance(minutes=1)
    pressed(app, "Label them")
    anna = platform.accounts.sign_in("anna@example.org", PASSWORD).person
    assert platform.studies.current(anna).id == here.id and opened(app) == "review"
    assert "are waiting for you" not in told(app.run())
    assert not app.exception and not app.error


def test_whoever_labels_is_told_of_the_study_only_where_they_can_change_it(app, platform, owner):
    app.switch_page("pages/review.py").run()
    assert "Share the link for participants." in told(app)
    give_face(platform, owner)
    assert "Share the link" not in told(app.run()) and "Invite" not in told(app), "nothing beside the faces"
    platform.members.assign(
        OPERATOR, platform.studies.current().id, participant(platform, "a@example.org").id, Role.ANNOTATOR
    )
    annotator = sign_in(open_app(), "a@example.org")
    assert opened(annotator) == "review" and "Share the link" not in told(annotator)


@pytest.fixture
def sample(monkeypatch, tmp_path):
    """A sample study that is never started, and a browser on the server's own machine."""
    sample = SampleStudy(tmp_path / "demo")
    monkeypatch.setattr(sample_study, "sample_study", lambda: sample)
    monkeypatch.setattr(type(next_up.st.context), "url", "http://127.0.0.1:8501/study")
    started = []
    monkeypatch.setattr(sample._here, "start", lambda *command: started.append(command))
    monkeypatch.setattr(sample._here, "is_running", lambda name: bool(started))
    sample.started = started
    return sample


def test_on_a_fresh_installation_its_administrator_can_have_a_sample_study(app, platform, owner, sample, monkeypatch):
    assert "It has a store of its own" in told(app.run())
    pressed(app, "Make a sample study")
    [command] = sample.started
    assert command[:2] == ("demo", "demo") and str(sample._folder) in command
    assert "is being made" in told(app.run())
    monkeypatch.setattr(sample, "running", lambda actor: Running(9123, "a password"))
    assert "`administrator@example.org` (administrator)" in told(app.run()) and "`a password`" in told(app)
    links = [link.proto.url for link in app.get("link_button")]
    assert "http://localhost:9123" in links, "by this page's own name, its cookie would be replaced"
    monkeypatch.setattr(sample, "running", lambda actor: None)
    give_face(platform, owner)
    assert "sample study" not in told(app.run())


def test_from_elsewhere_the_command_is_told(app, platform, owner, sample, monkeypatch):
    monkeypatch.setattr(type(next_up.st.context), "url", "https://faces.example.org/study")
    app.run()
    assert sample_study.COMMAND in [block.value for block in app.code]
    assert not [button for button in app.button if button.label == "Make a sample study"]
