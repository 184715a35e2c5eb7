"""The pages around the labels, opened by those they are for."""

from dataclasses import replace

from driving import click, field, told
from test_studies import sign_in

from fers.domain.emotions import Emotion
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Role
from fers.domain.review import QueueOrder
from tests.people import give_face, participant


def test_a_researcher_sees_agreement_and_disputes(app, platform):
    ada, study = participant(platform), platform.studies.current()
    face = give_face(platform, ada)
    for number, emotion in enumerate((Emotion.SAD, Emotion.ANGER)):
        person = participant(platform, f"{number}@example.org")
        platform.members.assign(OPERATOR, study.id, person.id, Role.RESEARCHER)
        person = replace(person, role=Role.RESEARCHER)
        platform.review.label(person, study.id, face.id, Verdict.EMOTION, distribution=only(emotion))
    sign_in(app, "0@example.org")
    app.switch_page("pages/agreement.py").run()
    assert "2 labels" in told(app)
    assert [metric.value for metric in app.metric][0] == "0.00"
    app.switch_page("pages/explore.py").run()
    assert not app.exception and not app.error


def test_an_annotator_finds_the_review_and_not_the_agreement(app, platform):
    ada, study = participant(platform), platform.studies.current()
    platform.members.assign(OPERATOR, study.id, ada.id, Role.ANNOTATOR)
    sign_in(app)
    app.switch_page("pages/review.py").run()
    assert "Which expression do you see?" in told(app)
    assert not app.exception and not app.error


def test_an_owner_says_how_faces_are_reviewed(app, platform):
    participant(platform, "boss@example.org")
    platform.accounts.grant(OPERATOR, "boss@example.org", Role.ADMINISTRATOR)
    sign_in(app, "boss@example.org")
    app.switch_page("pages/study.py").run()
    next(box for box in app.selectbox if box.label == "Faces they get first").set_value(QueueOrder.UNCERTAIN)
    next(box for box in app.number_input if box.label == "Annotators for each face").set_value(5)
    click(app, "Save")
    study = platform.studies.current()
    assert (study.queue_order, study.overlap) == (QueueOrder.UNCERTAIN, 5)
    assert field(app, "Name").value == study.name
