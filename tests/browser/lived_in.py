"""A store in which every page has something to show: faces, labels, versions, runs of models and a trial."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from fers import config
from fers.assembly import Platform, assemble
from fers.domain.clock import utc_now
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Person, Role
from tests import REPOSITORY
from tests.people import PASSWORD, OneFace, SettableClock, give_face, grant, participant, pattern

MODELS = ("mobilenet-ferplus", "vgg13-ferplus")
EVERYBODY = "everybody@example.org"
"""May open every page, and gave photos."""
NEWCOMER = "newcomer@example.org"
"""Signed up, and agreed to nothing yet."""
SEEN = (Emotion.HAPPY, Emotion.SAD, Emotion.HAPPY, Emotion.NEUTRAL, Emotion.SAD, Emotion.HAPPY)
"""What people said that they showed."""
ANNOTATORS = [replace(OPERATOR, id=f"{number:02x}" * 16) for number in range(3)]


def live_in(folder: Path) -> Platform:
    """Fill the store that `serving(folder, FERS_MODELS=str(folder / "models"))` opens. Returns its services."""
    for name in MODELS:
        shutil.copytree(REPOSITORY / "models" / name, folder / "models" / name)
    settings = replace(config.load({}), data=folder / "data", models=(folder / "models",))
    clock = SettableClock()
    clock.moment = utc_now() - timedelta(weeks=1)
    platform = assemble(settings, detector=OneFace(), now=clock)
    platform.studies.update(OPERATOR, replace(platform.studies.current(), asks_groups=True))
    platform.studies.create(OPERATOR, "Another study")
    platform.accounts.sign_up(NEWCOMER, PASSWORD)
    owner = participant(platform, EVERYBODY)
    grant(platform, EVERYBODY, Role.ADMINISTRATOR)
    _staff(platform)
    _give_and_label(platform, owner)
    _measure_and_try(platform)
    clock.advance(minutes=1)  # From then on people meet the models of the trial.
    give_face(platform, owner, picture=pattern(len(SEEN)))
    return platform


def _staff(platform: Platform) -> None:
    study = platform.studies.current()
    annotator = participant(platform, "annotator@example.org")
    platform.members.assign(OPERATOR, study.id, annotator.id, Role.ANNOTATOR)
    platform.invitations.invite(OPERATOR, study.id, Role.RESEARCHER, days=14, uses=2)


def _give_and_label(platform: Platform, owner: Person) -> None:
    """Two faces of the owner's, and one of each of some others. Annotators disagree about the last, and flag the
    first, which counts as known."""
    for number, seen in enumerate(SEEN):
        giver = owner if number < 2 else participant(platform, f"{number}@example.org")
        face = give_face(platform, giver, Answer(seen, before_prediction=bool(number % 2)), pattern(number))
        for annotator in ANNOTATORS[: 2 if number == 0 else 3]:
            says = Emotion.ANGER if number + 1 == len(SEEN) and annotator is ANNOTATORS[0] else seen
            platform.review.label(
                annotator, face.study_id, face.id, Verdict.EMOTION, distribution=only(says), valence=0.1, arousal=0.1
            )
        if number == 0:
            platform.review.label(ANNOTATORS[2], face.study_id, face.id, Verdict.FLAGGED, reason="Too dark")
            platform.agreement.set_gold_standard(OPERATOR, face.study_id, face.id, seen)
        if number > 3:
            platform.versions.freeze(OPERATOR, face.study_id, f"v{number - 3}")


def _measure_and_try(platform: Platform) -> None:
    [own, *_] = platform.arena.evaluation_sets(OPERATOR, platform.studies.current().id)
    for name in MODELS:
        platform.arena.evaluate(OPERATOR, name, own.evaluation_set)
    platform.trials.start(OPERATOR, MODELS)
    platform.shadows.choose(OPERATOR, MODELS[1:])
