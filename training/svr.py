"""Train the comparison's "SVR on hand-made features": `python -m training.svr --data SPEC --validate SPEC`.

    python -m training.svr --data ferplus-votes:FER2013Train.zip --validate ferplus:FER2013Valid.zip

A linear support vector regression (Fan et al., LIBLINEAR, JMLR 2008, through scikit-learn) for each emotion, on
histograms of oriented gradients, learns the share of the votes that the emotion got; the emotion with the largest share
is the answer. The comparison's source prints an accuracy for an SVR and no more: the features and one regression for
each emotion against the rest are our choice. So is the squared loss: most shares are zero, and so would be the median
of a rare emotion's, which the absolute loss estimates.

Nothing is measured here: as in `python -m training.train`, pictures that it will be measured on are not learned from.
The run folder holds a network like that of any other run, for `python -m training.package`.
"""

from pathlib import Path

import click
import keras
import numpy as np
from scipy.special import softmax
from sklearn.svm import LinearSVR

from fers.cli.explaining import explains_failures
from fers.datasets import FaceSet, load_all
from training import pipeline, specs
from training.calibrate import fit_temperature
from training.models import svr
from training.networks import FEATURES
from training.run import CHECKPOINT
from training.twins import kept_apart
from training.writing import write_whole

BATCH_SIZE = 256
COST = 0.1
"""How much errors count beside the size of the weights."""
TOLERANCE = 0.05
"""Errors up to this share of the votes cost nothing."""
SHARPNESS = 10.0
"""What the regressions are multiplied by before the softmax, until a better number is fitted."""


@click.command(help=__doc__)
@click.option(
    "--data", required=True, multiple=True, metavar="SPEC", help="Faces to learn from: docs/researchers/data.md."
)
@click.option("--validate", multiple=True, metavar="SPEC", help="Faces that it will be measured on.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/svr"), show_default=True, help="Run folder.")
@explains_failures
def main(data: tuple[str, ...], validate: tuple[str, ...], out: Path) -> None:
    try:
        measured = load_all(specs.to_measure_on(validate, data))
        learning = kept_apart(load_all(specs.to_learn_from(data)), measured)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{learning.source}: {len(learning)} faces")
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / CHECKPOINT, train(learning).save)
    click.echo(f"The trained network is {out / CHECKPOINT}.")


def train(learning: FaceSet) -> keras.Model:
    """Return the network of `training.models.svr` with regressions fitted to `learning`."""
    network = svr.build()
    histograms = keras.Model(network.input, network.get_layer(FEATURES).output)
    images = pipeline.batches(learning, network.input_shape[1:], BATCH_SIZE)
    features = np.concatenate([histograms.predict_on_batch(batch) for batch, _ in images])
    regressions = [_regression().fit(features, share) for share in learning.targets.T]
    weights = np.column_stack([regression.coef_ for regression in regressions])
    biases = np.concatenate([np.atleast_1d(regression.intercept_) for regression in regressions])
    # Regressed shares are not probabilities; multiplied by the right number, their softmax is close to one.
    sharpness = SHARPNESS / fit_temperature(softmax(SHARPNESS * (features @ weights + biases), axis=1), learning.labels)
    network.get_layer("emotion").set_weights([sharpness * weights, sharpness * biases])
    return network


def _regression() -> LinearSVR:
    # A tighter tolerance takes many times as long for the same answers.
    return LinearSVR(C=COST, epsilon=TOLERANCE, loss="squared_epsilon_insensitive", dual=False, tol=0.01)


if __name__ == "__main__":
    main()
