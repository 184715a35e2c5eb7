"""Does a model's description fit the network? Asked of faces whose expression is known, since a network that is fed
wrongly still answers, only badly: BGR for RGB, another range of values, or classes in another order."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from fers.domain.emotions import Emotion
from fers.domain.models import InputSpec
from fers.errors import ModelRejected
from fers.inference.classifier import FolderClassifier
from fers.inference.evidence import Evidence, logarithms, weighed
from fers.inference.known_faces import views
from fers.inference.model_folder import emotion_named
from fers.inference.output_kinds import fault
from fers.inference.readings import SelfTestFinding, changes, in_short, orders, renamed, usual_inputs

LEAST_GAIN = {"order": 0.2, "scaling": 0.25, "classes": 0.4}
"""By how much (nats a face, `Evidence.gain_over`) a change of the description must fit better before the description is
called wrong: faces differ by chance, too. Networks often do tolerably with the wrong channel order, hence less is asked
there."""
CLEARLY = 2.0
"""Standard errors that two exchanged names must be better by, over the faces of these two classes."""
FACES_A_CLASS = 4
"""Fewest, before two exchanged names are believed."""
SAME = 1e-4
LARGEST_DIFFERENCE = 0.02
"""Between what is said of a face alone and among others, as a share of all that is said: rounding differs, too."""
ALWAYS_SURE, NEVER_SURE = 0.999, 0.35
"""Confidences below and above which any network that knows faces sometimes is."""
MOST_VIEWED = 8
"""Faces that are varied in light and place, as that takes six times as long."""


@dataclass(frozen=True)
class SelfTestReport:
    """What the self-test found."""

    findings: tuple[SelfTestFinding, ...]
    """Empty when all is well."""
    right: int
    """How many of the known faces the model, as it is described, named rightly."""
    asked: int
    unseen: tuple[str, ...]
    """Classes that none of the faces shows: mixed up among themselves, they would go unnoticed."""
    compared: str = ""
    """How the described way of feeding compares with the next best, in a sentence; empty when there was no need."""

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "SelfTestReport":
        findings = tuple(SelfTestFinding(**finding) for finding in document["findings"])
        return cls(**document | {"findings": findings, "unseen": tuple(document["unseen"])})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class _Known:
    faces: np.ndarray
    labels: np.ndarray
    trusted: np.ndarray | None
    varied: np.ndarray
    """Views of some faces."""
    whose: np.ndarray
    """The face of each view, by number."""


def examine(
    classifier: FolderClassifier,
    faces: np.ndarray,
    labels: np.ndarray,
    trusted: np.ndarray | None = None,
    views_each: int = 1,
) -> SelfTestReport:
    """Test a model on known faces: n x 224 x 224 x 3 RGB (uint8) and n class ids.

    `trusted` is what a model in use says of the faces (n x 8). Of each face there are `views_each` in a row, where that
    is not 1; else some are varied here.
    """
    known = _known(faces, labels, trusted, views_each)
    answers = classifier.predict(faces)
    right = int((answers.argmax(axis=1) == labels).sum())
    findings, compared = _faults(classifier, faces), ""
    if not findings:
        findings, compared = _misdescriptions(classifier, known)
    if not findings:
        findings = _ignorance(answers, labels) or _confidence(classifier, faces)
    meant = map(emotion_named, classifier.info.output.classes)
    named = {emotion for emotion in meant if emotion is not None}
    unseen = tuple(Emotion(emotion).label for emotion in sorted(named - set(labels.tolist())))
    return SelfTestReport(tuple(findings), right, len(labels), unseen, compared)


def _known(faces: np.ndarray, labels: np.ndarray, trusted: np.ndarray | None, views_each: int) -> _Known:
    if views_each > 1:
        return _Known(faces, labels, trusted, faces, np.arange(len(faces)) // views_each)
    chosen = np.linspace(0, len(faces) - 1, min(MOST_VIEWED, len(faces))).astype(int)
    varied = np.concatenate([views(faces[index]) for index in chosen])
    return _Known(faces, labels, trusted, varied, np.repeat(chosen, len(varied) // len(chosen)))


def _faults(classifier: FolderClassifier, faces: np.ndarray) -> list[SelfTestFinding]:
    """What is wrong with the answers whatever the faces show."""
    outputs = np.concatenate([classifier.outputs(pictures) for pictures in _anything(faces)])
    if not np.isfinite(outputs).all():
        return [SelfTestFinding("It answers with numbers that are not finite: save it again, or train it again.")]
    if np.ptp(outputs, axis=0).max() < SAME:
        return [
            SelfTestFinding(
                "It gives the same answer for every picture: the range it is fed is wrong, or it was not trained."
            )
        ]
    if _depends_on_others(classifier, faces, outputs[: len(faces)]):
        return [
            SelfTestFinding(
                "What it says of a face depends on the faces that it is asked about with it: a softmax goes over the "
                "faces (dim=0) in place of the classes, or it was saved while it was training (call eval() before)."
            )
        ]
    output = classifier.info.output
    wrong = fault(outputs, list(output.classes), output.kind)
    return [SelfTestFinding(wrong)] if wrong else []


def _depends_on_others(classifier: FolderClassifier, faces: np.ndarray, together: np.ndarray) -> bool:
    """Whether a face that is asked about alone, as each is that somebody gives, gets another answer."""
    chosen = [0, len(faces) - 1]
    alone = np.concatenate([classifier.outputs(faces[index : index + 1]) for index in chosen])
    return bool(np.abs(alone - together[chosen]).max() > LARGEST_DIFFERENCE * np.ptp(together))


def _anything(faces: np.ndarray) -> tuple[np.ndarray, ...]:
    """The faces, noise, and the faces in the dark."""
    return faces, np.random.default_rng(0).integers(0, 256, faces.shape, np.uint8), faces // 4


def _confidence(classifier: FolderClassifier, faces: np.ndarray) -> list[SelfTestFinding]:
    """Whether the model can be sure and unsure; asked last, as wrong feeding takes that from it, too."""
    surest = np.concatenate([classifier.predict(pictures).max(axis=1) for pictures in _anything(faces)])
    if surest.min() > ALWAYS_SURE:
        finding = (
            f"It is never less than {surest.min():.0%} sure, whatever it is shown, noise included: its outputs are not "
            "what they are called (--kind), or it needs to be calibrated."
        )
        return [SelfTestFinding(finding)]
    if surest.max() < NEVER_SURE:
        finding = (
            f"It is never more than {surest.max():.0%} sure: its outputs are not what they are called (--kind), or it "
            "was barely trained."
        )
        return [SelfTestFinding(finding)]
    return []


def _ignorance(answers: np.ndarray, labels: np.ndarray) -> list[SelfTestFinding]:
    """Whether the model does no better than one that always says the same."""
    classes = np.unique(labels)
    recall = np.mean([(answers[labels == label].argmax(axis=1) == label).mean() for label in classes])
    guessing = 1 / len(classes)
    # Of few classes a few faces are asked for each, and their number tells nothing.
    chance = 1.64 * np.sqrt(guessing * (1 - guessing) / len(labels)) if len(classes) > 2 else 0.0
    if len(classes) > 1 and recall < guessing + chance:
        right = int((answers.argmax(axis=1) == labels).sum())
        finding = (
            f"It is right on {right} of {len(labels)} known faces, no better than guessing, and no usual way of "
            "feeding it or naming its outputs does clearly better: compare its description with the code that trained "
            "it."
        )
        return [SelfTestFinding(finding)]
    return []


def _misdescriptions(classifier: FolderClassifier, known: _Known) -> tuple[list[SelfTestFinding], str]:
    """(the change of the description that fits the known faces clearly better, if there is one, part by part; how
    the described way of feeding compares with the best other one)"""
    described = classifier.info
    base: Evidence | None = None
    clear: list[tuple[float, dict[str, SelfTestFinding]]] = [(0.0, {})]
    ways: list[tuple[float, InputSpec]] = []
    for spec in usual_inputs(described.input):
        read = classifier.described_as(replace(described, input=spec))
        try:
            answers, varied = read.predict(known.faces), read.predict(known.varied)
        except ModelRejected:
            if base is None:
                raise
            continue  # Fed so, it gives no numbers.
        logs = logarithms(answers)
        for order, classes in orders(described.output.classes, logs, known.labels):
            named, seen = (renamed(each, described.output.classes, classes) for each in (answers, varied))
            evidence = weighed(named, known.labels, known.trusted, seen, known.whose)
            base = base or evidence
            gain = evidence.gain_over(base)
            advice = changes(described, spec, order, classes)
            if not order and advice:
                ways.append((gain, spec))
            asked = sum(LEAST_GAIN[part] for part in advice)
            if gain > asked or (set(advice) == {"classes"} and _clearly_exchanged(logs, named, known.labels)):
                clear.append((round(gain - asked, 1), advice))
    # Of those that fit alike the first: the description as it is, then the plainest change.
    _, advice = max(clear[1:] or clear, key=lambda found: found[0])
    return list(advice.values()), _comparison(described.input, ways)


def _clearly_exchanged(before: np.ndarray, after: np.ndarray, labels: np.ndarray) -> bool:
    """Whether the faces whose class got another output's name, of two classes, speak for that by themselves."""
    rows = np.arange(len(labels))
    gains = logarithms(after)[rows, labels] - before[rows, labels]
    changed = [label for label in np.unique(labels) if np.abs(gains[labels == label]).max() > 0]
    if len(changed) != 2 or min((labels == label).sum() for label in changed) < FACES_A_CLASS:
        return False
    means = [gains[labels == label].mean() for label in changed]
    errors = [gains[labels == label].std(ddof=1) / np.sqrt((labels == label).sum()) for label in changed]
    return bool(min(means) > 0 and sum(means) > CLEARLY * float(np.hypot(*errors)))


def _comparison(described: InputSpec, ways: list[tuple[float, InputSpec]]) -> str:
    if not ways:
        return ""
    gain, spec = max(ways, key=lambda way: way[0])
    if gain < -0.005:
        return f"Fed {in_short(described)} it answers best, by {-gain:.2f} nats a face over {in_short(spec)}."
    if gain < 0.005:
        return f"Fed {in_short(spec)} it answers as well as {in_short(described)}."
    return f"Fed {in_short(spec)} it answers better than {in_short(described)}, by {gain:.2f} nats a face."
