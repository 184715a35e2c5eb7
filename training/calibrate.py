"""Make a model's confidence believable:
`python -m training.calibrate --model NAME_OR_FOLDER --version VERSION --data SPEC`.

Temperature scaling (Guo et al., ICML 2017) and the confidence below which the app says "not sure" are fitted on one
half of the faces and tested on the other. Both go into the model's `model.json`, with a reliability diagram beside it.
Kept answers say by which version they were given, with which confidence: so the calibrated model gets one of its own.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import click
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import softmax

from fers import adapters, config
from fers.cli.explaining import explains_failures
from fers.datasets import DataError, load_to_measure
from fers.domain import confidence, metrics
from training import reliability
from training.crops import predictions
from training.writing import describe, description_in

SEED = 2017
"""Of the split into halves; chosen before any was measured."""
TEMPERATURES = (0.1, 10.0)
SIMULATIONS = 400
DIAGRAM = "reliability.svg"


@dataclass(frozen=True)
class Calibration:
    """What was fitted on one half of the faces, and how it does on the other."""

    temperature: float
    least_confidence: float
    seed: int
    n_fitted: int
    n: int
    """Faces of the half not fitted, which everything below is measured on."""
    nll_before: float
    nll: float
    ece_before: float
    ece: float
    ece_by_chance: tuple[float, float]
    """What a perfectly calibrated model with these confidences measures on so few faces: on average, and what it stays
    below 19 times out of 20."""
    ece_cross_fitted: float
    """Over all faces, each with the temperature fitted on the half that it is not in: steadier than `ece`."""
    answered: float
    """Share of faces whose confidence reaches `least_confidence`."""
    accuracy_answered: float
    """Share of those that are right; `accuracy` is that of all."""
    accuracy: float


@click.command(help=__doc__)
@click.option("--model", required=True, metavar="NAME_OR_FOLDER", help="A registered model or its folder.")
@click.option("--version", required=True, help="What the calibrated model is called.")
@click.option("--data", required=True, multiple=True, metavar="SPEC", help="Faces that the model did not learn from.")
@click.option(
    "--accuracy",
    type=click.FloatRange(0, 1),
    default=0.9,
    show_default=True,
    help="Share of right answers to reach by saying “not sure” instead of the least confident ones.",
)
@explains_failures
def main(model: str, version: str, data: tuple[str, ...], accuracy: float) -> None:
    registry = adapters.registry(config.load())
    classifier, folder = registry.classifier(model), registry.find(model).path
    faces = load_to_measure(data)
    probabilities = uncalibrated(predictions(classifier, faces), classifier.info.output.temperature)
    found = calibrate(probabilities, faces.labels, accuracy, faces.whose)
    _, untouched = halves(faces.whose)
    reliability.draw(
        folder / DIAGRAM,
        classifier.info.name,
        {"As trained": probabilities[untouched], "Calibrated": tempered(probabilities[untouched], found.temperature)},
        faces.labels[untouched],
    )
    write(folder, version, faces.source, found)
    click.echo(f"{classifier.info.id} {version} on {faces.source}\n{_summary(found)}")


def calibrate(probabilities: np.ndarray, labels: np.ndarray, accuracy: float, whose: np.ndarray) -> Calibration:
    """Fit on half of the faces and test on the other, which shows other people. `probabilities` (n x classes) are those
    at temperature 1, `whose` says whose each face is; the threshold is the lowest above which at least `accuracy` of
    the fitted half's answers are right. Raises DataError when no threshold reaches that."""
    if len(labels) < 2:
        raise DataError("calibration.too-few-faces")
    fitted, untouched = halves(whose)
    temperature = round(fit_temperature(probabilities[fitted], labels[fitted]), 4)
    calibrated = tempered(probabilities, temperature)
    sureness, correct = calibrated.max(axis=1), calibrated.argmax(axis=1) == labels
    threshold = confidence.least_confidence(sureness[fitted], correct[fitted], accuracy)
    # Rounded down, so that the face which set the threshold is still answered.
    threshold = np.inf if threshold is None else np.floor(threshold * 1e4) / 1e4
    answered = sureness[untouched] >= threshold
    if not answered.any():
        raise DataError("calibration.unreachable", accuracy=accuracy)
    before, after, truth = probabilities[untouched], calibrated[untouched], labels[untouched]
    return Calibration(
        temperature=temperature,
        least_confidence=float(threshold),
        seed=SEED,
        n_fitted=len(fitted),
        n=len(untouched),
        nll_before=metrics.negative_log_likelihood(before, truth),
        nll=metrics.negative_log_likelihood(after, truth),
        ece_before=metrics.expected_calibration_error(before, truth),
        ece=metrics.expected_calibration_error(after, truth),
        ece_by_chance=ece_by_chance(after),
        ece_cross_fitted=_cross_fitted_ece(probabilities, labels, fitted, untouched),
        answered=float(answered.mean()),
        accuracy_answered=float(correct[untouched][answered].mean()),
        accuracy=float(correct[untouched].mean()),
    )


def halves(whose: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The indices of the half that is fitted and of the half that is not, by chance and always the same. `whose` says
    whose each face is (`FaceSet.whose`): nobody is in both, so that a half may be somewhat less. Only where all are one
    person's are they parted by face, which says nothing of other people."""
    if not whose.any():
        whose = np.arange(len(whose))
    people = np.random.default_rng(SEED).permutation(whose.max() + 1)
    faces_up_to = np.bincount(whose)[people].cumsum()
    cut = faces_up_to[np.abs(faces_up_to[:-1] - len(whose) // 2).argmin()]
    order = np.argsort(np.argsort(people)[whose], kind="stable")
    return order[:cut], order[cut:]


def _cross_fitted_ece(probabilities: np.ndarray, labels: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
    """`one` and `other` are the indices of the halves."""
    calibrated = np.empty_like(probabilities)
    for fitted, tested in ((one, other), (other, one)):
        temperature = fit_temperature(probabilities[fitted], labels[fitted])
        calibrated[tested] = tempered(probabilities[tested], temperature)
    return metrics.expected_calibration_error(calibrated, labels)


def fit_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The temperature within TEMPERATURES that makes the labels most likely."""

    def loss(log_temperature: float) -> float:
        return metrics.negative_log_likelihood(tempered(probabilities, np.exp(log_temperature)), labels)

    return float(np.exp(minimize_scalar(loss, bounds=np.log(TEMPERATURES), method="bounded").x))


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities whose logarithms are divided by `temperature`, rescaled to sum to 1."""
    logits = np.log(probabilities, where=probabilities > 0, out=np.full(probabilities.shape, -np.inf))
    return softmax(logits / temperature, axis=1)


def uncalibrated(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """What a model that applies `temperature` would say without it."""
    return tempered(probabilities, 1 / temperature)


def ece_by_chance(probabilities: np.ndarray) -> tuple[float, float]:
    """Mean and 95th percentile of the ECE when every label is drawn from its face's own probabilities: the consistency
    resampling of Bröcker and Smith (2007), as Vaicenavicius et al. (AISTATS 2019) use it."""
    random = np.random.default_rng(SEED)
    limits = probabilities.cumsum(axis=1)[:, :-1]
    draws = ((random.random((len(limits), 1)) > limits).sum(axis=1) for _ in range(SIMULATIONS))
    errors = [metrics.expected_calibration_error(probabilities, labels) for labels in draws]
    return float(np.mean(errors)), float(np.quantile(errors, 0.95))


def write(folder: Path, version: str, source: str, found: Calibration) -> None:
    """Put what was fitted into the folder's description, all of it or nothing."""
    description = description_in(folder) | {"version": version}
    description["output"] |= {"temperature": found.temperature, "least_confidence": found.least_confidence}
    # An ECE measured before is not that of the calibrated model.
    measured = description["metrics"].get(source, {}) | {"ece": found.ece}
    description["metrics"][source] = measured | {"calibration": asdict(found)}
    describe(folder, description)


def _summary(found: Calibration) -> str:
    average, most = found.ece_by_chance
    return (
        f"fitted on {found.n_fitted} faces; on the other {found.n} (seed {found.seed}):\n"
        f"temperature {found.temperature:.4f}\n"
        f"NLL {found.nll_before:.4f} before, {found.nll:.4f} after\n"
        f"ECE {found.ece_before:.4f} before, {found.ece:.4f} after "
        f"(a perfectly calibrated model: {average:.4f} on average, below {most:.4f} 19 times out of 20)\n"
        f"ECE over both halves, each fitted on the other: {found.ece_cross_fitted:.4f}\n"
        f"“not sure” below {found.least_confidence:.4f}: answers {found.answered:.1%} of the faces, of which "
        f"{found.accuracy_answered:.1%} are right ({found.accuracy:.1%} of all)"
    )


if __name__ == "__main__":
    main()
