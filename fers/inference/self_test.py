"""Does a model's description fit the network? Asked of faces whose expression is known, since a network that is fed
wrongly still answers, only badly: BGR for RGB, another range of values, or classes in another order."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np

from fers.domain.emotions import LABELS, Emotion
from fers.domain.models import InputSpec, ModelInfo
from fers.inference.classifier import FolderClassifier
from fers.inference.model_folder import emotion_named
from fers.inference.output_kinds import fault

LEAST_GAIN = {"order": 0.2, "scaling": 0.5, "classes": 0.5}
"""By how much (nats a face) a change of the description must fit better before it is proposed: faces differ by chance,
too. Networks often do tolerably with the wrong channel order, hence less is asked there."""
LEAST_PROBABILITY = 0.01
"""Taken for smaller ones, so that no single sure mistake outweighs the other faces."""
SAME = 1e-4

USUAL_ORDERS = {
    "AffectNet": LABELS,
    "FER+": ("neutral", "happy", "surprise", "sad", "anger", "disgust", "fear", "contempt"),
    "FER-2013": ("anger", "disgust", "fear", "happy", "sad", "surprise", "neutral", "contempt"),
    "RAF-DB": ("surprise", "fear", "disgust", "happy", "sad", "anger", "neutral", "contempt"),
    "the alphabet": tuple(sorted(LABELS)),
}
"""Class orders that networks come in; contempt is left out of those with seven classes."""

USUAL_SCALINGS = (
    {"range": (0.0, 1.0)},
    {"range": (-1.0, 1.0)},
    {"range": (0.0, 255.0)},
    {"range": (0.0, 1.0), "mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)},  # PyTorch's ImageNet networks
    {"range": (0.0, 255.0), "mean": (123.68, 116.779, 103.939), "std": (1.0, 1.0, 1.0)},  # Keras's VGG and ResNet
)
"""What networks are fed, with mean and std as R, G, B."""


@dataclass(frozen=True)
class Report:
    """What the self-test found."""

    findings: tuple[str, ...]
    """A sentence each, with the remedy; empty when all is well."""
    right: int
    """How many of the known faces the model, as it is described, named rightly."""
    asked: int
    unseen: tuple[str, ...]
    """Classes that none of the faces shows: mixed up among themselves, they would go unnoticed."""

    @classmethod
    def from_json(cls, document: dict) -> "Report":
        return cls(**document | {key: tuple(document[key]) for key in ("findings", "unseen")})

    def to_json(self) -> dict:
        return asdict(self)


def examine(
    classifier: FolderClassifier, faces: np.ndarray, labels: np.ndarray, trusted: np.ndarray | None = None
) -> Report:
    """Test a model on known faces: n x 224 x 224 x 3 RGB (uint8) and n class ids.

    Descriptions are compared by the mean log-probability of the labels, averaged with that of `trusted`, what a model
    in use says of the faces (n x 8).
    """
    right = int((classifier.predict(faces).argmax(axis=1) == labels).sum())
    findings = _faults(classifier, faces)
    if not findings:
        findings = _misdescriptions(classifier, faces, labels, trusted)
    if not findings and 2 * right < len(labels):
        findings = [
            f"It names {right} of {len(labels)} known faces rightly, and no usual way of feeding it or naming its "
            "outputs does better: compare its description with the code that trained it."
        ]
    named = {emotion_named(name) for name in classifier.info.output.classes} - {None}
    unseen = tuple(Emotion(emotion).label for emotion in sorted(named - set(labels.tolist())))
    return Report(tuple(findings), right, len(labels), unseen)


def _faults(classifier: FolderClassifier, faces: np.ndarray) -> list[str]:
    """What is wrong with the answers whatever the faces show."""
    noise = np.random.default_rng(0).integers(0, 256, faces.shape, np.uint8)
    outputs = np.concatenate([classifier.outputs(pictures) for pictures in (faces, noise, faces // 4)])
    if not np.isfinite(outputs).all():
        return ["It answers with numbers that are not finite: save it anew, or train it again."]
    if np.ptp(outputs, axis=0).max() < SAME:
        return ["It says the same of every picture: the range it is fed is wrong, or it was not trained."]
    output = classifier.info.output
    wrong = fault(outputs, list(output.classes), output.kind)
    return [wrong] if wrong else []


def _misdescriptions(
    classifier: FolderClassifier, faces: np.ndarray, labels: np.ndarray, trusted: np.ndarray | None
) -> list[str]:
    """The change of the description that fits the known faces clearly better, if there is one, a sentence a part."""
    described = classifier.info
    gains = []
    for spec in _usual_inputs(described.input):
        probabilities = classifier.described_as(replace(described, input=spec)).predict(faces)
        logs = np.log(probabilities.clip(LEAST_PROBABILITY))
        for order, classes in _orders(described.output.classes, logs, labels):
            changes = _changes(described, spec, order, classes)
            fit = _fit(_renamed(logs, described.output.classes, classes), labels, trusted)
            gain = fit - sum(LEAST_GAIN[part] for part in changes)
            gains.append((round(gain, 1), changes))
    # Of those that fit alike the first: the description as it is, then the plainest change.
    _, changes = max(gains, key=lambda gain: gain[0])
    return list(changes.values())


def _usual_inputs(described: InputSpec) -> Iterator[InputSpec]:
    yield described
    orders = ("RGB", "BGR") if described.channels == 3 else (described.order,)
    scalings = [s for s in USUAL_SCALINGS if len(s.get("mean", ())) in (0, described.channels)]
    scalings.append({"range": described.range, "mean": described.mean, "std": described.std})
    for order, scaling in itertools.product(orders, scalings):
        turned = {"mean": (), "std": ()} | scaling
        if order == "BGR" and scaling is not scalings[-1]:
            turned |= {key: turned[key][::-1] for key in ("mean", "std")}
        spec = replace(described, order=order, **turned)
        if spec != described:
            yield spec


def _orders(described: tuple[str, ...], logs: np.ndarray, labels: np.ndarray) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(what the order is, class names in the order of the outputs): as described first, then the usual ones, then,
    where the faces show every class, the one that fits them best. Names that mean no emotion stay in their places."""
    yield "", described
    meant = [emotion for emotion in map(emotion_named, described) if emotion is not None]
    orders = {
        f"{name}'s class order": [emotion for emotion in map(Emotion.from_label, order) if emotion in meant]
        for name, order in USUAL_ORDERS.items()
    }
    if set(meant) <= set(labels.tolist()):
        orders["another class order"] = _assigned(meant, logs, labels)
    for name, order in orders.items():
        if order != meant:
            left = iter(order)
            yield name, tuple(c if emotion_named(c) is None else next(left).label for c in described)


def _assigned(meant: list[Emotion], logs: np.ndarray, labels: np.ndarray) -> list[Emotion]:
    """The emotions, one an output, under which the answers are likeliest."""
    from scipy.optimize import linear_sum_assignment

    likelihood = [[logs[labels == emotion, output].mean() for emotion in meant] for output in meant]
    _, chosen = linear_sum_assignment(likelihood, maximize=True)
    return [meant[column] for column in chosen]


def _renamed(answers: np.ndarray, classes: tuple[str, ...], others: tuple[str, ...]) -> np.ndarray:
    """n x 8 answers under `classes`, as they would be if the same outputs were named `others`."""
    renamed = answers.copy()
    for name, other in zip(classes, others, strict=True):
        if emotion_named(name) is not None:
            renamed[:, emotion_named(other)] = answers[:, emotion_named(name)]
    return renamed


def _fit(logs: np.ndarray, labels: np.ndarray, trusted: np.ndarray | None) -> float:
    """Mean log-probability of the labels, each class weighing the same, and of what `trusted` says."""
    of_labels = np.mean([logs[labels == label, label].mean() for label in np.unique(labels)])
    if trusted is None:
        return float(of_labels)
    return float(of_labels + (trusted * logs).sum(axis=1).mean()) / 2


def _changes(described: ModelInfo, spec: InputSpec, order: str, classes: tuple[str, ...]) -> dict[str, str]:
    """What differs from the description, by part, as advice."""
    changes = {}
    if spec.order != described.input.order:
        changes["order"] = f'It answers better when fed {spec.order}: describe its input with "order": "{spec.order}".'
    if spec.range != described.input.range or sorted(spec.mean) != sorted(described.input.mean):
        scaling = {"range": list(spec.range)}
        if spec.mean or described.input.mean:
            scaling |= {"mean": list(spec.mean), "std": list(spec.std)}
        keys = json.dumps(scaling).strip("{}")
        changes["scaling"] = f"It answers better when fed other values: describe its input with {keys}."
    if order:
        changes["classes"] = f"Its answers fit {order} better: name its classes {', '.join(classes)}."
    return changes
