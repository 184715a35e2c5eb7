"""Reliability diagrams (DeGroot and Fienberg 1983; Niculescu-Mizil and Caruana, ICML 2005): is a model right as often
as it says?"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import binomtest

from fers.domain import metrics

RIGHT, PERFECT = "#0072B2", "#000000"  # Okabe and Ito's blue: told from the rest by everybody, and in gray print
STYLE = {"font.size": 11, "svg.fonttype": "none", "svg.hashsalt": "fers"}  # text stays text; the same file every time


def draw(path: Path, title: str, probabilities: Mapping[str, np.ndarray], labels: np.ndarray) -> None:
    """Write an SVG with a panel for each of `probabilities` (by caption, n x classes), all of the same n `labels`."""
    captions = {name: _caption(name, rows, labels) for name, rows in probabilities.items()}
    with rc_context(STYLE):
        figure = Figure(figsize=(4.6 * len(captions), 5.6), layout="constrained")
        figure.get_layout_engine().set(wspace=0.06)
        figure.suptitle(title)
        grid = figure.subplots(2, len(captions), sharex=True, sharey="row", height_ratios=(4, 1), squeeze=False)
        for (accuracy, share), (name, rows) in zip(grid.T, probabilities.items(), strict=True):
            _panel(accuracy, share, *metrics.reliability(rows, labels))
            accuracy.set_title(captions[name])
        grid[0, 0].set_ylabel("right answers")
        grid[1, 0].set_ylabel("faces")
        description = f"Reliability diagram on {len(labels)} faces. {'; '.join(captions.values())}."
        figure.savefig(path, metadata={"Title": title, "Description": description, "Date": None})


def _caption(name: str, probabilities: np.ndarray, labels: np.ndarray) -> str:
    return f"{name}: ECE {metrics.expected_calibration_error(probabilities, labels):.3f}"


def _panel(accuracy: Axes, share: Axes, faces: np.ndarray, sureness: np.ndarray, right: np.ndarray) -> None:
    edges = np.linspace(0, 1, len(faces) + 1)
    middles, width = (edges[:-1] + edges[1:]) / 2, edges[1]
    accuracy.plot([0, 1], [0, 1], "--", color=PERFECT, label="as sure as right")
    seen = faces > 0
    error = np.abs([_interval(*pair) for pair in zip(right[seen], faces[seen], strict=True)] - right[seen, None])
    accuracy.errorbar(
        sureness[seen], right[seen], error.T, fmt="o-", color=RIGHT, capsize=3, label="model, with 95% interval"
    )
    accuracy.set(xlim=(0, 1), ylim=(0, 1.02))
    accuracy.legend(loc="upper left", frameon=False)
    share.bar(middles, faces / faces.sum(), width, color=RIGHT, edgecolor="white")
    share.set_xlabel("confidence of the model")
    for axes in (accuracy, share):
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)


def _interval(share: float, faces: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share: it has a width also where all or none of a few answers are right."""
    return tuple(binomtest(round(share * faces), int(faces)).proportion_ci(method="wilson"))
