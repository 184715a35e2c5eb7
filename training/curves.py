"""The learning curves of a run: read from its log, drawn, and asked whether they still rise."""

import csv
from collections.abc import Mapping
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.reliability import RIGHT, STYLE

COLORS = (RIGHT, "#D55E00")


def read(log: Path) -> dict[str, list[float]]:
    """Each column of a run's log: one figure an epoch."""
    with log.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in (rows[0] if rows else ())}


def top1(log: Path) -> list[float]:
    """Top-1 accuracy on the faces that are measured, after each epoch."""
    return _measured(read(log), "top1") if log.exists() else []


def is_flat(scores: list[float], patience: int) -> bool:
    """Whether the best of the last `patience` scores is no better than one before them."""
    return len(scores) > patience and max(scores[-patience:]) <= max(scores[:-patience])


def draw(log: Path, to: Path) -> None:
    """Write an SVG of the losses and, on the faces that are measured, of top-1 and top-3 accuracy."""
    told = read(log)
    with rc_context(STYLE):
        figure = Figure(figsize=(9, 3.6), layout="constrained")
        losses, scores = figure.subplots(1, 2)
        _plot(losses, "loss", {"learned from": told["loss"], "measured on": told["val_loss"]})
        _plot(scores, "accuracy", {"top-1": _measured(told, "top1"), "top-3": _measured(told, "top3")})
        figure.savefig(to, metadata={"Date": None})


def draw_together(logs: Mapping[str, Path], to: Path) -> None:
    """Write an SVG of the top-1 accuracy on the faces that are measured, by epoch, of several runs by their names."""
    scores = sorted(((name, top1(log)) for name, log in logs.items()), key=lambda run: -max(run[1]))
    with rc_context(STYLE):
        figure = Figure(figsize=(9, 5), layout="constrained")
        axes = figure.subplots()
        for name, line in scores:
            axes.plot(range(1, len(line) + 1), line, label=name)
        axes.set_ylabel("top-1 accuracy")
        _tidy(axes)
        axes.legend(frameon=False, loc="lower right")
        figure.savefig(to, metadata={"Date": None})


def _measured(told: dict[str, list[float]], score: str) -> list[float]:
    """A network with several outputs puts their names before those of its scores."""
    return next(column for name, column in told.items() if name.startswith("val_") and name.endswith(score))


def _plot(axes: Axes, what: str, lines: dict[str, list[float]]) -> None:
    for (name, line), color in zip(lines.items(), COLORS, strict=True):
        axes.plot(range(1, len(line) + 1), line, color=color, label=name)
    axes.set_ylabel(what)
    _tidy(axes)
    axes.legend(frameon=False)


def _tidy(axes: Axes) -> None:
    axes.set_xlabel("epoch")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
