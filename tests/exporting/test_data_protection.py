"""The data-protection summary says what is true of a study, and marks what only its owner knows."""

import io
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from fers import config
from fers.adapters import store_description
from fers.domain.consent import Purpose
from fers.domain.data_protection import Installation
from fers.domain.emotions import Emotion
from fers.domain.people import Role
from fers.domain.protocols import Protocol, Quota, Task
from fers.domain.questions import Choice, Question, Words
from fers.domain.recruiting import Recruiting
from fers.domain.studies import Study
from fers.exporting.data_protection import BLANK, gaps, summary
from fers.exporting.printing import printed
from tests.contracts.samples import a_study

STUDY = a_study(
    "Smiles",
    purpose="To learn about smiles.",
    owner="Ada, University of Somewhere",
    contact="ada@example.org",
    retention_days=365,
    open=False,
)
SETTINGS = config.load({"FERS_FIREBASE_PROJECT": "smiles-1"})
EMBEDDED = Installation(store_description(SETTINGS), ())
FIREBASE = Installation(store_description(replace(SETTINGS, store="firebase")), ("https://faces.example.org",))


def written(study: Study = STUDY, installation: Installation = EMBEDDED, staff: Counter | None = None) -> str:
    body = summary(study, staff or Counter(), installation, datetime(2026, 1, 1, tzinfo=UTC)).body
    return " ".join(body.split())


def test_what_the_owner_said_is_filled_in():
    text = written(staff=Counter({Role.ANNOTATOR: 2, Role.RESEARCHER: 1}))
    for said in (
        "To learn about smiles.",
        "Ada, University of Somewhere",
        "number 2026/12",
        "deleted 365 days after it was given",
        "1 researcher, 2 annotators",
        "has confirmed that the study does not infer",
        "As of 01 January 2026",
        *(purpose.question for purpose in Purpose),
    ):
        assert said in text, said
    assert "$" not in text


def test_whatever_is_left_open_is_marked():
    bare = replace(STUDY, purpose="", owner="", contact="", ethics_approval="", purpose_confirmed=False)
    assert written(bare).count(BLANK) > written().count(BLANK) >= 20
    document = summary(STUDY, Counter(), EMBEDDED, datetime(2026, 1, 1, tzinfo=UTC))
    assert gaps(document) == sum(line.count(BLANK) for line in document.body.split("\n## ", 1)[1].splitlines())
    open_ends = re.findall(rf": (?=- (?!{Purpose.STORE.question})|#|$)", written())
    assert open_ends == [], "a question without an answer or a mark"


@pytest.mark.parametrize(
    ("change", "then", "else_"),
    [
        ({"crop_only": True}, "Only the face is kept of a photo.", "The whole photo is kept"),
        ({"asks_groups": True}, "Skin tone may reveal ethnic origin", "Age, gender and origin are not asked for."),
        ({"participants_label": False}, "not asked which expression", "50% of the participants"),
        ({"show_prediction": True}, "who see the program's guess", "who do not see the program's guess"),
        ({"overlap": 1}, "by up to 1 annotator,", "by up to 3 annotators,"),
        (
            {"protocol": Protocol((Task(Emotion.SAD),), quotas=(Quota(Emotion.SAD, 1200),))},
            "1 task in all, out of: sad. Each can be skipped.",
            "whatever expression they like",
        ),
    ],
    ids=["crop only", "groups", "no label", "guess shown", "one annotator", "tasks"],
)
def test_it_follows_the_settings(change, then, else_):
    assert then in written(replace(STUDY, **change)) and then not in written()
    assert else_ in written() and else_ not in written(replace(STUDY, **change))


def test_how_many_photos_are_wanted_is_its_scale():
    wanted = Protocol((Task(Emotion.SAD),), quotas=(Quota(Emotion.SAD, 1200),))
    assert "1,200 photos at most" in written(replace(STUDY, protocol=wanted))


def test_a_studys_own_questions_are_named():
    asked = replace(
        STUDY, questions=(Question("tired", Words("Are you\ntired?", ("Yes", "No")), Choice(), optional=True),)
    )
    assert "Their answer to “Are you tired?”, if they give one." in written(asked)
    assert "Answers to the study's own questions are deleted 365 days" in written(asked)
    assert "own questions" not in written()


def test_what_is_kept_of_people_from_a_panel_is_named():
    text = written(replace(STUDY, recruiting=Recruiting("PROLIFIC_PID")))
    for said in ("whom a panel sent: its id for them", "The panel that sends people", "Panel ids stay until you erase"):
        assert said in text and said not in written()


def test_it_names_the_store_in_use():
    assert "SQLite database" in written() and "answers on its own machine only" in written()
    text = written(installation=FIREBASE)
    assert "Google project `smiles-1`" in text and "Google processes data on your behalf" in text
    assert "https://faces.example.org. Connections are encrypted" in text and "SQLite" not in text
    plain = replace(FIREBASE, addresses=("http://faces.example.org",))
    assert "Not every one of them is encrypted" in written(installation=plain)


def test_it_can_be_printed():
    document = summary(STUDY, Counter(), EMBEDDED, datetime(2026, 1, 1, tzinfo=UTC))
    assert document.file_name == "data-protection.pdf"
    pages = PdfReader(io.BytesIO(printed(document))).pages
    words = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "B.5 Measures against them (Art. 35(7)(d))" in words and "**" not in words
    assert words.count(BLANK) == document.body.count(BLANK)
