"""Plots of a comparison: accuracy against latency, and recall by class."""

from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from fers.analysis.placing import apart
from fers.domain.emotions import LABELS
from training.reliability import RIGHT, STYLE

_NAME_HEIGHT = 0.06
"""Of a name, as a share of the plot's height."""


def draw(result: dict, folder: Path) -> None:
    """Write `accuracy-latency.svg` and `recall.svg` into `folder`."""
    with rc_context(STYLE):
        _accuracy_against_latency(result).savefig(folder / "accuracy-latency.svg", metadata={"Date": None})
        _recall(result).savefig(folder / "recall.svg", metadata={"Date": None})


def _accuracy_against_latency(result: dict) -> Figure:
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    models = result["models"]
    scores = np.array([model["scores"]["top1"] for model in models])
    # Names stand one above the other beside the plot: among the points they would hide each other.
    heights = apart(scores[:, 0], _NAME_HEIGHT * np.ptp(scores))
    for model, (top1, low, high), height in zip(models, scores, heights, strict=True):
        point = (model["milliseconds"], top1)
        axes.errorbar(*point, [[top1 - low], [high - top1]], fmt="o", color=RIGHT, capsize=3)
        axes.annotate(
            model["id"],
            point,
            (1.04, height),
            textcoords=axes.get_yaxis_transform(),
            verticalalignment="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": "gray", "linewidth": 0.6, "relpos": (0, 0.5), "shrinkB": 5},
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("milliseconds a face")
    axes.set_ylabel("top-1 accuracy, with 95% interval")
    axes.set_title(f"{result['data']}, n = {result['n']:,}")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _recall(result: dict) -> Figure:
    rows = [[model["scores"][f"recall {label}"][0] for label in LABELS] for model in result["models"]]
    values = np.array(rows, dtype=float)
    figure = Figure(figsize=(8, 1.6 + 0.5 * len(rows)), layout="constrained")
    axes = figure.subplots()
    axes.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        words = "–" if np.isnan(value) else f"{value:.2f}"
        axes.text(column, row, words, ha="center", va="center", color="white" if value > 0.6 else "black")
    axes.set_xticks(range(len(LABELS)), LABELS)
    axes.set_yticks(range(len(rows)), [model["id"] for model in result["models"]])
    axes.set_title(f"Recall by class: {result['data']}, n = {result['n']:,}")
    return figure
