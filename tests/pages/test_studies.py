"""Running a study: invite, come by invitation, explore."""

import dataclasses
from urllib.parse import parse_qs, urlsplit

import cv2
import numpy as np
from driving import (
    agreed,
    at_part_of_study,
    click,
    field,
    open_app,
    opened,
    sign_in,
    signed_in,
    signed_in_as_administrator,
    told,
)
from test_journey import choose, give

from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.people import OPERATOR, Role
from fers.domain.review import QueueOrder
from fers.domain.versions import ConsensusRule
from fers.ui.people.participant_link import qr_code
from tests.people import give_face, grant, participant, pattern, photo


def test_an_invitation_made_on_the_page_brings_an_annotator_in(app, platform):
    signed_in_as_administrator(app, platform)
    app.switch_page("pages/study.py").run()
    click(app, "Create an invitation")
    link = [block.value for block in app.code if "/join?code=" in block.value][-1]

    guest = open_app()
    guest.query_params["code"] = link.split("code=")[1]
    guest.switch_page("pages/join.py").run()
    assert "As an annotator you label faces" in told(guest)
    click(guest, "Join without an e-mail")
    assert "the **only way back** to your work" in told(guest)
    click(guest, "I have saved it")
    assert opened(guest) == "review"
    person = platform.accounts.resume(guest.session_state["fers"].token)
    assert person.role_in(platform.studies.current().id) is Role.ANNOTATOR
    assert not guest.exception and not app.exception


def test_the_study_page_has_the_link_for_participants_and_the_same_to_scan(app, platform):
    boss = participant(platform, "boss@example.org")
    study = dataclasses.replace(platform.studies.current(), join_code="faces & more/1")
    platform.studies.update(OPERATOR, study)
    platform.members.assign(OPERATOR, study.id, boss.id, Role.ADMINISTRATOR)
    sign_in(app, "boss@example.org")
    app.switch_page("pages/study.py").run()
    [link] = [block.value for block in app.code if "/join?code=" in block.value]
    shown = cv2.imdecode(np.frombuffer(qr_code(link), np.uint8), cv2.IMREAD_COLOR)
    assert cv2.QRCodeDetector().detectAndDecode(shown)[0] == link

    guest = open_app()
    guest.query_params["code"] = parse_qs(urlsplit(link).query)["code"][0]
    guest.switch_page("pages/join.py").run()
    assert "As a participant you show an expression" in told(guest)
    click(guest, "Join without an e-mail")
    click(guest, "I have saved it")
    assert opened(guest) == "consent"

    platform.studies.update(OPERATOR, dataclasses.replace(study, open=False))
    assert "The study is closed" in told(app.run())


def test_what_is_changed_after_saving_is_saved_as_well(app, platform):
    """Every widget of the form stays the one it was, whatever it now begins with."""
    signed_in_as_administrator(app, platform)
    app.switch_page("pages/study.py").run()
    study = platform.studies.current()

    def form() -> dict[str, str]:
        return {
            key: element.id for element in app.main if (key := element.key) and key.startswith(f"study-{study.id}-")
        }

    before = form()
    assert len(before) == 20
    by_key = {key.removeprefix(f"study-{study.id}-"): key for key in before}
    for kind, name, value in (
        ("number_input", "overlap", 5),
        ("selectbox", "order", QueueOrder.RANDOM),
        ("number_input", "overlap", 4),
        ("toggle", "show-prediction", True),
        ("text_area", "guide", "Look twice."),
    ):
        getattr(app, kind)(key=by_key[name]).set_value(value)
        assert "Saved" in told(click(app, "Save"))
    app.text_input(key=by_key["name"]).set_value("Another name")
    assert "Saved" in told(save_and_ask_again(app))
    saved = platform.studies.current()
    assert (saved.overlap, saved.queue_order, saved.show_prediction) == (4, QueueOrder.RANDOM, True)
    assert (saved.labelling_guide, saved.name) == ("Look twice.", "Another name")
    assert form() == before


def save_and_ask_again(app):
    """AppTest always runs the whole page: the first button is pressed once more to keep the question open."""
    click(app, "Save")
    next(button for button in app.button if button.label == "Save").click()
    return click(app, "Save and ask them again")


def test_what_an_ethics_board_wants_said_is_read_before_anybody_agrees(app, platform):
    signed_in_as_administrator(app, platform)
    app.switch_page("pages/study.py").run()
    words = next(area for area in app.text_area if area.label.startswith("What else"))
    words.set_value("**Board 12/3**: you get $5 and then $6. ![](https://elsewhere.example/seen.png)")
    assert "Saved" in told(save_and_ask_again(app))
    app.switch_page("pages/consent.py").run()
    shown = told(app)
    assert r"**Board 12/3**: you get \$5 and then \$6. !\[](https://elsewhere.example/seen.png)" in shown
    assert platform.studies.current().consent_words in platform.consents.text().body
    assert not app.exception and not app.error


def test_an_owner_knows_how_many_people_are_asked_again_before_it_is_saved(app, platform):
    for name in ("boss", "ada", "bob"):
        participant(platform, f"{name}@example.org")
    grant(platform, "boss@example.org", Role.ADMINISTRATOR)
    before = platform.studies.current()
    sign_in(app, "boss@example.org")
    app.switch_page("pages/study.py").run()
    field(app, "Name").input("Faces of spring")
    asking = told(click(app, "Save"))
    assert "3 people have agreed to the text you are changing. They will be shown the changes" in asking
    assert platform.studies.current() == before
    assert "the text you are changing" not in told(app.run())
    assert platform.studies.current() == before
    assert "Saved." in told(save_and_ask_again(app))
    assert platform.studies.current().name == "Faces of spring"
    next(box for box in app.number_input if box.label == "Annotators per face").set_value(5)
    assert "Saved." in told(click(app, "Save")), "no participant is told about this"
    field(app, "Name").input(" ")
    assert "has no name" in told(click(app, "Save"))
    assert not app.exception


def test_what_takes_something_away_asks_first(app, platform):
    """Each question names the person or invitation that it is about by its key, and by nothing else."""
    boss, ada, bob = (participant(platform, f"{name}@example.org") for name in ("boss", "ada", "bob"))
    grant(platform, "boss@example.org", Role.ADMINISTRATOR)
    study = platform.studies.current()
    for person in (ada, bob):
        platform.members.assign(OPERATOR, study.id, person.id, Role.ANNOTATOR)
    platform.invitations.invite(OPERATOR, study.id, Role.ANNOTATOR, 1, 1)
    [invitation] = platform.invitations.open_ones(OPERATOR, study.id)
    sign_in(app, "boss@example.org")
    app.switch_page("pages/study.py").run()
    role, remove = f"role-{ada.id}-{study.id}-annotator", {who: f"member-{who.id}-{study.id}" for who in (ada, bob)}
    asked = {f"ask-{role}", *(f"ask-{about}" for about in remove.values()), f"ask-invitation-{invitation.id}"}
    assert asked < {popover.key for popover in app.get("popover")}

    assert app.button(key=f"yes-{role}").disabled
    app.radio(key=role).set_value(Role.RESEARCHER)
    assert [member.role for member in platform.members.staff(OPERATOR, study.id)] == [Role.ANNOTATOR] * 2
    app.run().button(key=f"yes-{role}").click().run()
    roles = {member.person_id: member.role for member in platform.members.staff(OPERATOR, study.id)}
    assert roles == {ada.id: Role.RESEARCHER, bob.id: Role.ANNOTATOR}
    app.button(key=f"yes-{remove[bob]}").click().run()
    assert [member.person_id for member in platform.members.staff(OPERATOR, study.id)] == [ada.id]
    app.button(key=f"yes-invitation-{invitation.id}").click().run()
    assert platform.invitations.open_ones(OPERATOR, study.id) == []
    assert not app.exception and not app.error


def test_what_is_pressed_is_meant_for_the_study_that_the_tab_shows(app, platform):
    one, other = platform.studies.current(), platform.studies.create(OPERATOR, "The other")
    platform.studies.update(OPERATOR, dataclasses.replace(one, id=other.id, name=other.name, join_code="another-code"))
    at_part_of_study(app, platform, "Opening")
    elsewhere = sign_in(open_app(), "boss@example.org")
    elsewhere.switch_page("pages/study.py").run()
    elsewhere.selectbox(key=f"study-{one.id}").select(other.id).run()
    click(app, "Close the study")
    assert all(study.open for study in platform.studies.mine(OPERATOR))
    assert app.selectbox(key=f"study-{other.id}").value == other.id, "it is shown first"
    click(app, "Close the study")
    assert {study.name for study in platform.studies.mine(OPERATOR) if not study.open} == {"The other"}
    assert not app.exception


def test_a_new_invitation_is_shown_with_its_own_study_alone(app, platform):
    one, other = platform.studies.current(), platform.studies.create(OPERATOR, "The other")
    at_part_of_study(app, platform, "People")
    click(app, "Create an invitation")
    assert "Send this link." in told(app)
    app.selectbox(key=f"study-{one.id}").select(other.id).run()
    assert "Send this link." not in told(app)
    app.selectbox(key=f"study-{other.id}").select(one.id).run()
    assert "Send this link." in told(app), "nobody has said yet that they have it"
    assert not app.exception


def test_an_unknown_invitation_is_refused_kindly(app):
    app.query_params["code"] = "nothing"
    app.switch_page("pages/join.py").run()
    assert "no longer works" in told(app)
    assert not app.exception and not app.error


def test_a_researcher_explores_the_faces(app, platform):
    ada = participant(platform)
    give_face(platform, ada)
    study = platform.studies.current()
    platform.members.assign(OPERATOR, study.id, ada.id, Role.RESEARCHER)
    sign_in(app)
    app.switch_page("pages/explore.py").run()
    assert [metric.value for metric in app.metric] == ["1", "0%"]
    assert "Guess: Happy 90%" in told(app)
    next(pills for pills in app.pills if pills.label == "Source").set_value(["webcam"])
    assert "No faces match" in told(app.run())
    assert not app.exception and not app.error


def test_what_was_found_is_frozen_as_a_version(app, platform):
    ada = participant(platform)
    study = platform.studies.current()
    for number, said in enumerate((Emotion.HAPPY, Emotion.SAD)):
        give_face(platform, ada, Answer(said, before_prediction=True), pattern(number))
    platform.members.assign(OPERATOR, study.id, ada.id, Role.RESEARCHER)
    sign_in(app)
    app.switch_page("pages/explore.py").run()
    next(pills for pills in app.pills if pills.label == "Class").set_value([Emotion.SAD])
    app.run()
    click(app, "Freeze these faces")
    chosen = "Only faces where the class is sad."
    assert chosen in told(app)
    app.switch_page("pages/datasets.py").run()  # AppTest would run Explore again.
    field(app, "Name of the new version").set_value("sad")
    next(choice for choice in app.button_group if choice.label == "Label aggregation").set_value("dawid-skene")
    click(app, "Freeze")
    assert {"Labels aggregated by Dawid–Skene.", chosen} <= {c.value for c in app.caption}
    [version] = platform.versions.of_study(OPERATOR, study.id)
    assert (version.faces, version.dataset_version.consensus) == (1, ConsensusRule.DAWID_SKENE)
    assert not app.exception and not app.error


def test_a_study_may_ask_for_no_label(app, platform):
    study = dataclasses.replace(platform.studies.current(), participants_label=False)
    platform.studies.update(OPERATOR, study)
    agreed(signed_in(app, platform), "Keep my photos")

    give(app, photo())
    assert not any(button.label.startswith("Yes") for button in app.button)
    choose(app, "display", "posed")
    assert "Thank you!" in told(click(app, "Save it"))


def test_of_two_who_describe_a_study_neither_undoes_the_other_without_a_word(app, platform):
    signed_in_as_administrator(app, platform)
    app.switch_page("pages/study.py").run()
    seen = platform.studies.current()
    platform.studies.update(OPERATOR, dataclasses.replace(seen, owner="Bob", overlap=7), seen)
    app.number_input(key=f"study-{seen.id}-overlap").set_value(4)
    app.text_input(key=f"study-{seen.id}-contact").set_value("ada@example.org")
    assert "What you are changing was changed meanwhile" in told(click(app, "Save"))
    assert platform.studies.current().overlap == 7
    assert app.text_input(key=f"study-{seen.id}-contact").value == "ada@example.org"
    assert app.number_input(key=f"study-{seen.id}-overlap").value == 4
    for _ in range(2):
        assert "Saved." in told(click(app, "Save"))
        after = platform.studies.current()
        assert (after.owner, after.contact, after.overlap) == ("Bob", "ada@example.org", 4)
    app.switch_page("pages/my_data.py").run()
    app.switch_page("pages/study.py").run()
    assert app.text_input(key=f"study-{seen.id}-owner").value == "Bob"
    assert not app.exception
