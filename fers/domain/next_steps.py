"""What somebody had best do next in a study: the one place that decides."""

from dataclasses import dataclass
from enum import StrEnum

MOST = 3
"""Steps that are named at once."""


class NextStep(StrEnum):
    """By who does it, in the order in which they are named."""

    LOOK_AROUND = "fill a sample study"
    COMPLETE = "complete the checklist"
    TRY = "try the study as a participant"
    OPEN = "open the study"
    SHARE = "share the link for participants"
    INVITE = "invite annotators"
    FREEZE = "freeze a dataset version"
    REGISTER = "register another model"
    LABEL = "label faces"
    LABEL_ELSEWHERE = "label the faces of another study"
    TAKE_PART = "take part beside labelling"
    AGREE = "agree to take part"
    GIVE = "give a photo"
    LOOK_BACK = "see what they gave"


@dataclass(frozen=True)
class Situation:
    """How somebody and the study they work in stand."""

    manages: bool = False
    """Whether they may change the study."""
    shares: bool = False
    """Whether they may freeze dataset versions."""
    registers: bool = False
    """Whether they may register models."""
    labels: bool = False
    """Whether they may label faces."""
    is_fresh: bool = False
    """Whether they run an installation in which nothing has happened yet."""
    is_open: bool = True
    is_complete: bool = True
    """Whether nothing keeps the study from opening."""
    is_rehearsed: bool = True
    """Whether its owner tried it as participants meet it now."""
    faces: int = 0
    annotators: int = 0
    """Who label in the study, or are invited to."""
    versions: int = 0
    models: int = 0
    waiting: int = 0
    """Faces that they may label."""
    waits_elsewhere: bool = False
    """Whether there are some in another study where they label."""
    has_agreed: bool = True
    """Whether they agreed to the study's words as these are now."""
    own_faces: int = 0


def next_steps(situation: Situation) -> list[NextStep]:
    """At most `MOST`, the most urgent first; none for somebody who has everything in hand."""
    steps = [*_of_owner(situation), *_of_researcher(situation), *_of_annotator(situation)]
    if not (situation.manages or situation.shares):
        steps += _of_participant(situation)
    return steps[:MOST]


def _of_owner(now: Situation) -> list[NextStep]:
    if not now.manages:
        return []
    steps = [NextStep.LOOK_AROUND] if now.is_fresh else []
    if not now.is_open and not now.faces:  # One that is closed and has faces may be over.
        steps += [] if now.is_complete else [NextStep.COMPLETE]
        steps += [] if now.is_rehearsed else [NextStep.TRY]
        steps += [NextStep.OPEN] if now.is_complete else []
    elif now.is_open and not now.faces:
        steps += [] if now.is_rehearsed else [NextStep.TRY]
        steps += [NextStep.SHARE]
    if now.is_open and not now.annotators:
        steps += [NextStep.INVITE]
    return steps


def _of_researcher(now: Situation) -> list[NextStep]:
    steps = [NextStep.FREEZE] if now.shares and now.faces and not now.versions else []
    return steps + ([NextStep.REGISTER] if now.registers and now.faces and now.models < 2 else [])


def _of_annotator(now: Situation) -> list[NextStep]:
    """When there is nothing to label, the page where that is done says so, and leads to what is left."""
    steps = [NextStep.LABEL] if now.labels and now.waiting else []
    return steps + ([NextStep.LABEL_ELSEWHERE] if now.waits_elsewhere else [])


def _of_participant(now: Situation) -> list[NextStep]:
    if not now.is_open:
        return [NextStep.LOOK_BACK] if now.own_faces else []
    if not now.has_agreed:
        return [NextStep.TAKE_PART if now.labels else NextStep.AGREE]
    return [] if now.own_faces else [NextStep.GIVE]
