"""The sample study: eight weeks of a made-up one, by the services that real people would have called."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from PIL import Image

from fers.assembly import Platform, assemble
from fers.config import Settings
from fers.demo import drawing
from fers.demo.annotators import ANNOTATORS, Annotator
from fers.domain.boxes import Box
from fers.domain.clock import utc_now
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.evaluation_sets import OWN_LABELS, REVIEWED_FACES
from fers.domain.faces import Answer, Display, Face, Source
from fers.domain.groups import AgeBand, Gender, SkinTone
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Person, Role
from fers.domain.review import QueueOrder

WEEKS = 8
FIRST_VERSION_AFTER, TRIAL_WEEKS = 4, (5, 6)
PEOPLE_A_WEEK = 5
FACES_EACH = (6, 9)
GOLD_STANDARD_A_WEEK = 2
"""Faces of which the study says what they show, before anybody labels them."""
LETS_NOBODY_LOOK = 9
"""Every how many-th person keeps their faces from annotators."""
IN_THE_LAST_WEEK = 2
"""Annotators who looked at the newest faces: whoever looks around finds some to label."""
MARKS_FEELING = 0.5
"""Of the labels, so many say how pleasant and how excited a face looks, too."""
SEED = 2021
ADDRESSES = {
    Role.ADMINISTRATOR: "administrator@example.org",
    Role.RESEARCHER: "researcher@example.org",
    Role.ANNOTATOR: "annotator@example.org",
    Role.PARTICIPANT: "participant@example.org",
}
"""Who can sign in, by what they may do. All others came by a code."""
_EARLY = dict(zip(Emotion, (30, 34, 8, 10, 4, 4, 7, 3), strict=True))
_LATE = dict(zip(Emotion, (18, 16, 14, 13, 9, 9, 13, 8), strict=True))
"""How often each expression is shown, in the first week and in the last: what drift looks like."""
Tell = Callable[[str], None]


@dataclass
class _Calendar:
    """A clock that stands still until it is set."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class _DrawnFace:
    """In the place of the face detector: it knows where the drawing in hand has its face."""

    box: Box | None = None
    fingerprint = "drawn"

    def detect(self, pixels) -> list[Box]:
        return [self.box] if self.box else []


@dataclass(frozen=True)
class _Shown:
    """What a face was drawn to show."""

    emotion: Emotion
    strength: float
    given_at: datetime


@dataclass
class _Making:
    platform: Platform
    calendar: _Calendar
    detector: _DrawnFace
    random: Random
    """Of participants, who are the same ones each time."""
    labelling: Random
    """Of annotators, whom faces are handed to by chance."""
    people: int = 0
    shown: dict[str, _Shown] = field(default_factory=dict)
    """By face id; those alone that annotators may look at."""


def make(settings: Settings, password: str, tell: Tell = lambda what: None) -> None:
    """Fill the empty embedded store that the settings name with the sample study. Takes about a minute.

    `password`: of the accounts in `ADDRESSES`. `tell` is called with what is being done.
    """
    calendar, detector = _Calendar(utc_now() - timedelta(weeks=WEEKS)), _DrawnFace()
    making = _Making(
        assemble(settings, detector=detector, now=calendar), calendar, detector, Random(SEED), Random(SEED)
    )
    _describe_study(making)
    _make_accounts(making, password)
    annotators = _invite_annotators(making)
    for week in range(WEEKS):
        tell(f"Week {week + 1} of {WEEKS}: people come, and annotators label.")
        _a_week(making, week, annotators)
    tell("All models answer for all faces.")
    _compare_models(making)


def _describe_study(making: _Making) -> None:
    studies = making.platform.studies
    studies.update(
        OPERATOR,
        replace(
            studies.current(),
            name="Demo: drawn faces",
            purpose="To show what FERS does. All faces are drawn, and nobody in this study exists.",
            owner="FERS",
            contact="demo@example.org",
            retention_days=730,
            ask_first_share=0.5,
            asks_groups=True,
            queue_order=QueueOrder.UNCERTAIN,
            no_ethics_because="nobody takes part: all faces are drawn.",
        ),
    )


def _make_accounts(making: _Making, password: str) -> None:
    platform = making.platform
    for role, address in ADDRESSES.items():
        platform.accounts.sign_up(address, password)
        person = platform.accounts.sign_in(address, password).person
        if role is Role.PARTICIPANT:
            _agree(making, person)
            _give_faces(making, person, drawing.somebody(making.random), week=0)
        else:
            platform.help_desk.grant(OPERATOR, person.number, role)


def _invite_annotators(making: _Making) -> list[tuple[Person, Annotator]]:
    platform = making.platform
    study_id, days = platform.studies.current().id, 7 * WEEKS
    code = platform.invitations.invite(OPERATOR, study_id, Role.ANNOTATOR, days, len(ANNOTATORS))
    return [(platform.accounts.join(code)[0].person, annotator) for annotator in ANNOTATORS]


def _a_week(making: _Making, week: int, annotators: list[tuple[Person, Annotator]]) -> None:
    platform = making.platform
    study_id = platform.studies.current().id
    if week + 1 == TRIAL_WEEKS[0]:
        live = platform.live_model.default().id
        other = next(info.id for info in platform.live_model.models() if info.id != live)
        trial = platform.trials.start(OPERATOR, [live, other])
    monday = making.calendar.now
    for number in range(PEOPLE_A_WEEK):
        making.calendar.now = monday + timedelta(days=number, hours=making.random.uniform(0, 8))
        _somebody_takes_part(making, week)
    making.calendar.now = monday + timedelta(days=6)
    _know_some(making, study_id, monday)
    making.calendar.now += timedelta(minutes=1)
    _label(making, study_id, annotators[:IN_THE_LAST_WEEK] if week + 1 == WEEKS else annotators)
    making.calendar.now = monday + timedelta(days=6, hours=12)
    if week + 1 == FIRST_VERSION_AFTER:
        platform.versions.freeze(OPERATOR, study_id, "v1")
    if week + 1 == TRIAL_WEEKS[1]:
        [trial, *_] = platform.trials.trials(OPERATOR)
        platform.trials.end(OPERATOR, trial.id)
    if week + 1 == WEEKS:
        platform.versions.freeze(OPERATOR, study_id, "v2")
    making.calendar.now = monday + timedelta(days=7)


def _somebody_takes_part(making: _Making, week: int) -> None:
    platform, random = making.platform, making.random
    person = platform.accounts.join(platform.studies.current().join_code)[0].person
    _agree(making, person)
    skin = random.choice(list(SkinTone))
    if random.random() < 0.85 and (words := platform.groups.words(person)):
        age, gender = random.choice(list(AgeBand)), random.choices(list(Gender), (48, 46, 6))[0]
        platform.groups.describe(person, words.sha256, True, age, gender, skin)
    _give_faces(making, person, drawing.somebody(random, skin), week)


def _agree(making: _Making, person: Person) -> None:
    consents = making.platform.consents
    making.people += 1
    lets_look = making.people % LETS_NOBODY_LOOK
    purposes = frozenset(Purpose) if lets_look else frozenset({Purpose.STORE, Purpose.TRAIN})
    consents.give(person, consents.text(person).sha256, purposes, adult=True)


def _give_faces(making: _Making, person: Person, looks: drawing.Person, week: int) -> None:
    random, late = making.random, week / (WEEKS - 1)
    weights = [(1 - late) * _EARLY[emotion] + late * _LATE[emotion] for emotion in Emotion]
    for emotion in random.choices(list(Emotion), weights, k=random.randint(*FACES_EACH)):
        strength = random.betavariate(3, 1.6)
        face = _give(making, person, looks, emotion, strength)
        if face.may_be_shown(face.given_at):
            making.shown[face.id] = _Shown(emotion, strength, face.given_at)
        making.calendar.now += timedelta(minutes=1)


def _give(making: _Making, person: Person, looks: drawing.Person, emotion: Emotion, strength: float) -> Face:
    capture, random = making.platform.capture, making.random
    picture, making.detector.box = drawing.draw(looks, emotion, strength, random)
    source = random.choices((Source.WEBCAM, Source.UPLOAD), (3, 1))[0]
    draft = capture.receive(person, _jpeg(picture), source)
    box = draft.suggestions[0]
    prediction = capture.predict(person, draft, box)
    return capture.submit(person, draft, box, prediction, _own_word(random, emotion, strength))


def _own_word(random: Random, emotion: Emotion, strength: float) -> Answer:
    """People mostly know what they showed; what is weak is called neutral at times."""
    label = Emotion.NEUTRAL if random.random() > 0.75 + 0.4 * strength else emotion
    display = random.choices((Display.POSED, Display.FELT), (3, 1))[0]
    return Answer(label, random.random() < 0.5, display, intensity=1 + min(4, int(strength * 5)))


def _label(making: _Making, study_id: str, annotators: list[tuple[Person, Annotator]]) -> None:
    """In turns, until nobody finds a face any more."""
    review, random, at_work = making.platform.review, making.labelling, list(annotators)
    while at_work:
        for person, annotator in random.sample(at_work, len(at_work)):
            making.calendar.now += timedelta(seconds=1)
            if not (assignments := review.next_faces(person, study_id, 1)):
                at_work.remove((person, annotator))
                continue
            [assignment] = assignments
            _say(making, study_id, person, annotator, assignment.face_id)


def _say(making: _Making, study_id: str, person: Person, annotator: Annotator, face_id: str) -> None:
    """What an annotator makes of one face."""
    shown, random = making.shown[face_id], making.labelling
    emotion = annotator.perceives(shown.emotion, shown.strength, random)
    verdict, shares, valence, arousal = Verdict.UNKNOWN, (), None, None
    if emotion is not None:
        verdict, shares = Verdict.EMOTION, only(emotion)
        if random.random() < MARKS_FEELING:
            valence, arousal = annotator.feels(emotion, shown.strength, random)
    making.platform.review.label(
        person,
        study_id,
        face_id,
        verdict,
        distribution=shares,
        valence=valence,
        arousal=arousal,
        seconds=random.uniform(0.8, 4),
    )


def _know_some(making: _Making, study_id: str, since: datetime) -> None:
    """A gold standard: the clearest of the faces given since then."""
    given = [face_id for face_id, shown in making.shown.items() if shown.given_at >= since]
    for face_id in sorted(given, key=lambda face_id: -making.shown[face_id].strength)[:GOLD_STANDARD_A_WEEK]:
        making.platform.agreement.set_gold_standard(OPERATOR, study_id, face_id, making.shown[face_id].emotion)


def _compare_models(making: _Making) -> None:
    arena = making.platform.arena
    for info in making.platform.live_model.models():
        for faces in (OWN_LABELS, REVIEWED_FACES):
            arena.evaluate(OPERATOR, info.id, faces)


def _jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()
