"""The usual ways of feeding a network and of naming its outputs, among which the right one nearly always is."""

import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from fers.domain.emotions import LABELS, Emotion
from fers.domain.models import InputSpec, ModelInfo
from fers.inference.model_folder import DESCRIPTION, emotion_named


@dataclass(frozen=True)
class SelfTestFinding:
    """What is wrong with a description."""

    says: str
    """A sentence or more with the remedy, which names options of `fers models add`."""
    written: str = ""
    """What is to stand in a description, where that is the remedy."""

    def __str__(self) -> str:
        return f"{self.says} In a {DESCRIPTION}: {self.written}." if self.written else self.says


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


def usual_inputs(described: InputSpec) -> Iterator[InputSpec]:
    """As described first, then the other ways."""
    yield described
    orders: tuple[Literal["RGB", "BGR"], ...] = ("RGB", "BGR") if described.channels == 3 else (described.order,)
    scalings = [s for s in USUAL_SCALINGS if len(s.get("mean", ())) in (0, described.channels)]
    scalings.append({"range": described.range, "mean": described.mean, "std": described.std})
    for order, scaling in itertools.product(orders, scalings):
        turned = {"mean": (), "std": ()} | scaling
        if order == "BGR" and scaling is not scalings[-1]:
            turned |= {key: turned[key][::-1] for key in ("mean", "std")}
        spec = replace(described, order=order, **turned)
        if spec != described:
            yield spec


def orders(described: tuple[str, ...], logs: np.ndarray, labels: np.ndarray) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(what the order is, class names in the order of the outputs): as described first, then the usual ones, then two
    names exchanged, then, among the classes that the faces show, the order that fits them best. Names that mean no
    emotion stay in their places. `logs` are log-probabilities (n x 8) of faces with n `labels`."""
    yield "", described
    meant = [emotion for emotion in map(emotion_named, described) if emotion is not None]
    shown = set(labels.tolist())
    found = {
        f"{name}'s class order": [emotion for emotion in map(Emotion.from_label, order) if emotion in meant]
        for name, order in USUAL_ORDERS.items()
    }
    for one, other in itertools.combinations([emotion for emotion in meant if emotion in shown], 2):
        swap = {one: other, other: one}
        found[f"{one.label} and {other.label} exchanged"] = [swap.get(emotion, emotion) for emotion in meant]
    found["another class order"] = _assigned(meant, logs, labels)
    for name, order in found.items():
        if order != meant:
            left = iter(order)
            yield name, tuple(c if emotion_named(c) is None else next(left).label for c in described)


def _assigned(meant: list[Emotion], logs: np.ndarray, labels: np.ndarray) -> list[Emotion]:
    """The emotions, one an output, under which the answers are likeliest; those that no face shows stay."""
    from scipy.optimize import linear_sum_assignment

    shown = [emotion for emotion in meant if (labels == emotion).any()]
    likelihood = [[logs[labels == emotion, output].mean() for emotion in shown] for output in shown]
    _, chosen = linear_sum_assignment(likelihood, maximize=True)
    moved = {output: shown[column] for output, column in zip(shown, chosen, strict=True)}
    return [moved.get(output, output) for output in meant]


def renamed(answers: np.ndarray, classes: tuple[str, ...], others: tuple[str, ...]) -> np.ndarray:
    """n x 8 answers under `classes`, as they would be if the same outputs were named `others`."""
    changed = answers.copy()
    for name, other in zip(classes, others, strict=True):
        if emotion_named(name) is not None:
            changed[:, emotion_named(other)] = answers[:, emotion_named(name)]
    return changed


def changes(described: ModelInfo, spec: InputSpec, order: str, classes: tuple[str, ...]) -> dict[str, SelfTestFinding]:
    """What differs from the description, by part ("order", "scaling", "classes")."""
    advice = {}
    if spec.order != described.input.order:
        says = f"It answers better when fed {spec.order}: --order should be {spec.order}."
        advice["order"] = SelfTestFinding(says, f'"order": "{spec.order}"')
    if spec.range != described.input.range or sorted(spec.mean) != sorted(described.input.mean):
        scaling = {"range": list(spec.range)}
        if spec.mean or described.input.mean:
            scaling |= {"mean": list(spec.mean), "std": list(spec.std)}
        options = ", ".join(f"--{key} should be {_numbers(values)}" for key, values in scaling.items() if values)
        says = f"It answers better when fed other values: {options}."
        advice["scaling"] = SelfTestFinding(says, json.dumps(scaling).strip("{}"))
    if order:
        advice["classes"] = SelfTestFinding(f"Its answers fit {order} better: name its classes {', '.join(classes)}.")
    return advice


def in_short(spec: InputSpec) -> str:
    """A way of feeding, for a sentence that compares it with others."""
    mean = f" minus {_numbers(spec.mean)} over {_numbers(spec.std)}" if spec.mean else ""
    return f"{spec.order + ' ' if spec.channels == 3 else ''}{_numbers(spec.range)}{mean}"


def _numbers(values: Iterable[float]) -> str:
    return ",".join(f"{value:g}" for value in values)
