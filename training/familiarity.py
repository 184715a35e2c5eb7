"""Teach a model when it can't tell, and where a face lies on the circumplex:
`python -m training.familiarity --model NAME_OR_FOLDER --version VERSION --train SPEC --data SPEC`.

The network stays as it is. Two small heads come on top of what it computes anyway, so that one pass gives everything:

- `familiarity`, 0 to 1: how much a picture is like the faces that the network learned from. A logistic regression on
  mean and standard deviation of the feature maps at each of the network's resolutions, of faces against pictures that
  are none (`training/outliers.py`): outlier exposure (Hendrycks et al., ICLR 2019) of a frozen network. Below a limit,
  which all but one in a hundred faces of one half of `--data` reach, the app says "can't tell".
- `valence_arousal`: two numbers from -1 to 1, by ridge regression on the last features. Where nobody judged them, their
  targets are derived from the votes (`training/circumplex.py`).

Everything is measured on the other half of `--data`, and on pictures of other kinds than those that were learned from.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
import keras
import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from fers.cli.explaining import explains_failures
from fers.datasets import FaceSet, load_all, load_to_measure
from fers.domain.confidence import error_auroc
from fers.domain.models import InputSpec
from fers.inference.conversion import Precision, litert
from fers.inference.model_folder import fingerprint
from fers.inference.prepare import to_input
from fers.inference.runtimes import EMOTION
from training.augment import augment
from training.calibrate import halves
from training.circumplex import valence_arousal
from training.convert import PRECISION, keras_file, model_folder
from training.crops import BATCH_SIZE, crops
from training.networks import emotion_network
from training.outliers import LEARNED, MEASURED, SIDE, Kind
from training.package import SERVED
from training.recipe import Augmentation
from training.twins import apart
from training.writing import describe, description_in, write_whole

FAMILIARITY, VALENCE_AROUSAL = "familiarity", "valence_arousal"
REFUSED = 0.01
"""Share of faces that the limit gives up."""
MOST_FACES = 9000
"""To learn the heads from, drawn from `--train`."""
OF_A_KIND = 1500
"""Pictures of each kind in LEARNED."""
MEASURED_OF_A_KIND = 500
REGULARISATION, RIDGE = 0.05, 10.0
AS_THEY_COME = Augmentation(colour=0, blur=0.015)
SEED = 2023


@dataclass(frozen=True)
class Heads:
    """What is put on top of a network."""

    familiarity: tuple[np.ndarray, float]
    """Weights of the statistics, and what is added: the logit of a familiarity."""
    valence_arousal: tuple[np.ndarray, np.ndarray]
    """Likewise of the features, for two numbers."""


@dataclass(frozen=True)
class Found:
    """How the heads do on faces and pictures that nothing was learned from."""

    least: float
    """The familiarity below which the app says "can't tell"."""
    n: int
    """Faces that the rest is measured on."""
    refused: float
    """Share of them below `least`."""
    auroc: dict[str, float]
    """Of each kind in MEASURED: the chance that a face is more familiar than such a picture."""
    auroc_max_softmax: dict[str, float]
    """The same for the largest probability (Hendrycks and Gimpel, ICLR 2017), at temperature 1."""
    caught: dict[str, float]
    """Share of each kind that is below `least`."""
    valence_ccc: float
    arousal_ccc: float
    """Concordance correlation coefficients (Lin 1989) with the targets."""


@click.command(help=__doc__)
@click.option("--model", required=True, metavar="NAME_OR_FOLDER", help="A registered model or its folder.")
@click.option("--version", required=True, help="What the model with its heads is called.")
@click.option("--train", required=True, multiple=True, metavar="SPEC", help="Faces to learn the heads from.")
@click.option(
    "--data", required=True, multiple=True, metavar="SPEC", help="Other faces: to find the limit, and measure."
)
@click.option("--weights", **PRECISION)
@explains_failures
def main(model: str, version: str, train: tuple[str, ...], data: tuple[str, ...], weights: Precision) -> None:
    folder = model_folder(model)
    network = emotion_network(keras.models.load_model(keras_file(folder), compile=False))
    measuring = load_to_measure(data)
    learning = apart(load_all(train), measuring)
    insight = Insight(network, folder.info.input)
    heads = learn(insight, learning)
    found = measure(insight, heads, measuring)
    write(folder.path, insight.with_heads(heads), found, version, measuring.source, weights)
    click.echo(json.dumps(asdict(found), indent=2))


class Insight:
    """A network that is looked into while it looks at faces."""

    def __init__(self, network: keras.Model, spec: InputSpec):
        self._spec = spec
        self._network = network
        both = [summary for maps in last_maps(network) for summary in (_mean(maps), _deviation(maps))]
        self._statistics = keras.layers.Concatenate()(both)
        self._features = network.get_layer(EMOTION).input
        self._inside = keras.Model(network.input, [network.output, self._statistics, self._features])

    def look(self, batches: Iterator[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of n pictures in `batches` of 224 x 224 x 3 RGB (uint8): n x 8 probabilities at temperature 1, n x d
        statistics of the feature maps, n x d features."""
        seen = [self._inside(to_input(batch, self._spec), training=False) for batch in batches]
        probabilities, statistics, features = zip(*seen, strict=True)
        return _joined(probabilities), _joined(statistics), _joined(features)

    def with_heads(self, heads: Heads) -> keras.Model:
        """The network with three outputs, by name."""
        weights, bias = heads.familiarity
        familiarity = keras.layers.Dense(1, "sigmoid", name=FAMILIARITY)
        dimensions = keras.layers.Dense(2, name=VALENCE_AROUSAL)
        outputs = {
            EMOTION: self._network.output,
            FAMILIARITY: familiarity(self._statistics),
            VALENCE_AROUSAL: dimensions(self._features),
        }
        familiarity.set_weights([weights[:, None], np.array([bias])])
        dimensions.set_weights(list(heads.valence_arousal))
        return keras.Model(self._network.input, outputs, name=self._network.name)


def last_maps(network: keras.Model) -> list[keras.KerasTensor]:
    """The deepest feature maps of every resolution, the finest first; of networks side by side those of the last."""
    maps = {layer.output.shape[1:3]: layer.output for layer in network.layers[1:] if len(layer.output.shape) == 4}
    return [deepest for size, deepest in maps.items() if size != network.input_shape[1:3]]


def learn(insight: Insight, faces: FaceSet) -> Heads:
    """Fit both heads, by `faces` and by what is made of them."""
    random = np.random.default_rng(SEED)
    chosen = random.permutation(len(faces))[:MOST_FACES]
    _, familiar, features = insight.look(varied(faces, chosen, random))
    strange = [insight.look(made(kind, faces, OF_A_KIND, random))[1] for kind in LEARNED.values()]
    statistics = np.concatenate([familiar, *strange])
    is_familiar = np.arange(len(statistics)) < len(familiar)
    scaled = StandardScaler().fit(statistics)
    with threadpool_limits(1):
        told = LogisticRegression(C=REGULARISATION, class_weight="balanced", max_iter=500)
        told.fit(scaled.transform(statistics), is_familiar)
        known = ~np.isnan(targets := valence_arousal(faces)[chosen]).any(axis=1)
        placed = Ridge(RIDGE).fit(features[known], targets[known])
    weights = told.coef_[0] / scaled.scale_
    return Heads((weights, float(told.intercept_[0] - weights @ scaled.mean_)), (placed.coef_.T, placed.intercept_))


def measure(insight: Insight, heads: Heads, faces: FaceSet) -> Found:
    random = np.random.default_rng(SEED)
    probabilities, statistics, features = insight.look(crops(faces))
    fitted, untouched = halves(faces.whose)
    familiar = _familiarity(heads, statistics)
    least = float(np.floor(np.quantile(familiar[fitted], REFUSED) * 1e4) / 1e4)
    sureness, familiar = probabilities[untouched].max(axis=1), familiar[untouched]
    of_kinds = {name: insight.look(made(kind, faces, MEASURED_OF_A_KIND, random)) for name, kind in MEASURED.items()}
    strange = {name: _familiarity(heads, seen[1]) for name, seen in of_kinds.items()}
    weights, bias = heads.valence_arousal
    placed, targets = (features @ weights + bias).clip(-1, 1)[untouched], valence_arousal(faces)[untouched]
    return Found(
        least=least,
        n=len(untouched),
        refused=float((familiar < least).mean()),
        auroc={name: _auroc(familiar, values) for name, values in strange.items()},
        auroc_max_softmax={name: _auroc(sureness, seen[0].max(axis=1)) for name, seen in of_kinds.items()},
        caught={name: float((values < least).mean()) for name, values in strange.items()},
        valence_ccc=_concordance(placed[:, 0], targets[:, 0]),
        arousal_ccc=_concordance(placed[:, 1], targets[:, 1]),
    )


def varied(faces: FaceSet, chosen: np.ndarray, random: np.random.Generator) -> Iterator[np.ndarray]:
    """Faces as they may come: in other light, a little turned, moved, enlarged and blurred."""
    for some in _batches(chosen):
        yield np.stack([augment(_face(faces, index), SIDE, AS_THEY_COME, random) for index in some])


def made(kind: Kind, faces: FaceSet, count: int, random: np.random.Generator) -> Iterator[np.ndarray]:
    """So many pictures of a kind, from faces drawn by chance."""
    for some in _batches(random.choice(len(faces), count)):
        yield np.stack([kind(_face(faces, index), random) for index in some])


def write(path: Path, network: keras.Model, found: Found, version: str, source: str, weights: Precision) -> None:
    """Serve the network with its heads from a model folder, and say so in its description. The Keras file stays as it
    was trained, for others to learn on from."""
    description = description_in(path)
    write_whole(path / SERVED, partial(Path.write_bytes, data=litert(network, weights)))
    description |= {"version": version, "weights": SERVED, "sha256": fingerprint(path / SERVED)}
    description["parameters"] = network.count_params()
    description["output"] |= {
        "familiarity": {"name": FAMILIARITY, "least": found.least},
        "valence_arousal": VALENCE_AROUSAL,
    }
    description["metrics"].setdefault(source, {})["familiarity"] = asdict(found)
    describe(path, description)


def _familiarity(heads: Heads, statistics: np.ndarray) -> np.ndarray:
    weights, bias = heads.familiarity
    return expit(statistics @ weights + bias)


def _auroc(faces: np.ndarray, others: np.ndarray) -> float:
    return error_auroc(np.concatenate([faces, others]), np.arange(len(faces) + len(others)) < len(faces))


def _concordance(answers: np.ndarray, targets: np.ndarray) -> float:
    known = ~np.isnan(targets)
    answers, targets = answers[known], targets[known]
    apart = (answers.mean() - targets.mean()) ** 2
    return float(2 * np.cov(answers, targets, bias=True)[0, 1] / (answers.var() + targets.var() + apart))


def _mean(maps: keras.KerasTensor) -> keras.KerasTensor:
    return keras.ops.mean(maps, axis=(1, 2))


def _deviation(maps: keras.KerasTensor) -> keras.KerasTensor:
    return keras.ops.std(maps, axis=(1, 2))


def _joined(parts: Sequence[Any]) -> np.ndarray:
    return np.concatenate([keras.ops.convert_to_numpy(part) for part in parts])


def _batches(chosen: np.ndarray) -> list[np.ndarray]:
    return np.array_split(chosen, -(-len(chosen) // BATCH_SIZE))


def _face(faces: FaceSet, index: int) -> np.ndarray:
    # Bicubic, where `crop` is bilinear (up to 42 of 255 apart in a face of 48 x 48 pixels): the heads that are served
    # learned from this, and would come out a little different with the other.
    return np.asarray(faces.image(int(index)).resize((SIDE, SIDE)))


if __name__ == "__main__":
    main()
