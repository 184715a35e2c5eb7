"""Domain objects that differ only in what a test is about, and a clock that tests move."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from fers.domain.boxes import Box
from fers.domain.consent import Consent, ConsentText, Purpose
from fers.domain.emotions import Emotion
from fers.domain.faces import (
    Answer,
    Challenger,
    Display,
    Face,
    LiveGuess,
    Prediction,
    Source,
    StoredImage,
    Unscored,
    UnscoredReason,
)
from fers.domain.groups import AgeBand, SelfDescription
from fers.domain.invitations import Invitation, code_sha256
from fers.domain.labels import Label, Verdict, only
from fers.domain.people import Membership, Person, Role
from fers.domain.studies import Study
from fers.domain.versions import DatasetVersion, Entry, Measures, Split, Vote

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
SEEN_LIVE = LiveGuess("mobilenet", "3" * 64, (0.02, 0.86, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02))


class FakeClock:
    def __init__(self):
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **duration: float) -> None:
        self.time += timedelta(**duration)


def an_id(name: str) -> str:
    """The same 32 hexadecimal digits for the same name."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def a_person(name: str = "ada", **different) -> Person:
    return replace(Person(an_id(name), Role.PARTICIPANT, NOON, asked_first=True), **different)


def a_study(name: str = "faces", **different) -> Study:
    study = Study(
        id=an_id(name),
        name=name,
        purpose="To see how “posed” faces differ — 顔.",
        owner="Prof. Ångström",
        contact="owner@example.org",
        retention_days=30,
        ask_first_share=0.5,
        join_code="try-abcdef",
        open=True,
        purpose_confirmed=True,
        ethics_approval="2026/12 – ß",
    )
    return replace(study, **different)


def a_membership(person: str = "ada", study: str = "faces", **different) -> Membership:
    return replace(Membership(an_id(person), an_id(study), Role.PARTICIPANT, NOON), **different)


def an_invitation(name: str = "invitation", **different) -> Invitation:
    expires_at = NOON + timedelta(days=7)
    invitation = Invitation(an_id(name), an_id("faces"), Role.ANNOTATOR, code_sha256(name), expires_at, uses_left=1)
    return replace(invitation, **different)


def a_consent(name: str = "consent", person: str = "ada", study: str = "faces", **different) -> Consent:
    text = ConsentText("2026-05", "# What you agree to\r\n\r\nPhotos — 顔 — are kept. ☑\n")
    purposes = frozenset({Purpose.STORE, Purpose.TRAIN})
    return replace(Consent(an_id(name), an_id(person), an_id(study), text, purposes, NOON), **different)


def a_face(name: str = "face", person: str = "ada", **different) -> Face:
    face = Face(
        id=an_id(name),
        person_id=an_id(person),
        study_id=an_id("faces"),
        consent_id=an_id("consent"),
        purposes=frozenset({Purpose.STORE, Purpose.REVIEW}),
        image=StoredImage(sha256="ab" * 32, width=640, height=480, bytes=12_345),
        source=Source.WEBCAM,
        box=Box(10, 20, 200, 200),
        prediction=Prediction("alexnet", "1", (0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1), NOON, 0.35),
        answer=Answer(Emotion.HAPPY, before_prediction=True, display=Display.POSED, intensity=3, valence=0.5),
        captured_at=NOON,
        given_at=NOON,
        purge_at=NOON + timedelta(days=30),
    )
    return replace(face, **different)


def a_label(face: str = "face", annotator: str = "ann", **different) -> Label:
    label = Label(an_id(face), an_id("faces"), an_id(annotator), Verdict.EMOTION, NOON, only(Emotion.SAD))
    return replace(label, **different)


def a_description(person: str = "ada", study: str = "faces", **different) -> SelfDescription:
    words = ConsentText("about-you", "# Words — 顔")
    description = SelfDescription(an_id(person), an_id(study), words, NOON, age=AgeBand.UNDER_30)
    return replace(description, **different)


def an_entry(face: str = "face", person: str = "ada", **different) -> Entry:
    entry = Entry(
        face_id=an_id(face),
        person=an_id(person)[:16],
        split=Split.TRAIN,
        sha256="ab" * 32,
        width=640,
        height=480,
        bytes=12_345,
        box=Box(10, 20, 200, 200),
        source=Source.WEBCAM,
        own_label=Emotion.HAPPY,
        display=Display.POSED,
        perceived=Emotion.SAD,
        votes=(Vote("a1", Verdict.EMOTION, only(Emotion.SAD), 0.5, -0.5), Vote("a2", Verdict.UNKNOWN)),
        intensity=3,
        valence=0.5,
        arousal=None,
        model_id="alexnet",
        model_version="1",
        probabilities=(0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1),
        consent_sha256="cd" * 32,
        fingerprint="0f" * 32,
        measures=Measures(1, 9_876, 2, "ef" * 32, "Pillow 12"),
    )
    return replace(entry, **different)


def a_version(name: str = "v1", **different) -> DatasetVersion:
    version = DatasetVersion(
        id=an_id(name) * 2,
        study_id=an_id("faces"),
        name=name,
        created_at=NOON,
        faces=2,
        people=1,
        left_out=3,
        near_duplicates=1,
        consent_texts=(ConsentText("2026-05", "# Words — 顔"),),
    )
    return replace(version, **different)


def _optional(strategy):
    return st.none() | strategy


_words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
fixed_zones = st.builds(timezone, st.timedeltas(timedelta(hours=-14), timedelta(hours=14)))
"""Zones without daylight saving, under which some local times stand for no moment at all."""
_times = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=fixed_zones)
_share = st.floats(-1, 1)


@st.composite
def _probabilities(draw) -> tuple[float, ...]:
    weights = draw(st.lists(st.floats(0.001, 1), min_size=8, max_size=8))
    return tuple(weight / sum(weights) for weight in weights)


_ids = st.uuids().map(lambda uuid: uuid.hex)

_prediction = st.builds(Prediction, _words, _words, _probabilities(), _times, st.floats(0, 1))

any_face = st.builds(
    Face,
    id=_ids,
    person_id=st.just(an_id("ada")),
    study_id=_ids,
    consent_id=_words,
    purposes=st.frozensets(st.sampled_from(Purpose)),
    image=st.builds(
        StoredImage, _words, width=st.integers(1, 9000), height=st.integers(1, 9000), bytes=st.integers(1, 2**40)
    ),
    source=st.sampled_from(Source),
    box=st.builds(Box, st.integers(0, 900), st.integers(0, 900), st.integers(1, 900), st.integers(1, 900)),
    prediction=_prediction,
    challenger=_optional(st.builds(Challenger, _words, _prediction)),
    unscored=_optional(st.builds(Unscored, _words, _words, st.sampled_from(UnscoredReason))),
    live=_optional(st.builds(LiveGuess, _words, _words, _probabilities())),
    answer=st.builds(
        Answer,
        label=_optional(st.sampled_from(Emotion)),
        before_prediction=st.booleans(),
        display=_optional(st.sampled_from(Display)),
        intensity=_optional(st.integers(1, 5)),
        valence=_optional(_share),
        arousal=_optional(_share),
    ),
    captured_at=_times,
    given_at=_times,
    purge_at=_times,
    intended=_optional(st.sampled_from(Emotion)),
)
