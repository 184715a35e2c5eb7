"""What the page of comparisons shows: tables, heat maps and faces."""

import altair as alt
import numpy as np
import pandas as pd

from fers.analysis.leaderboard import Entry
from fers.domain.emotions import LABELS
from fers.services.arena import Standing

NAMES = {
    "top1": "Top-1",
    "top3": "Top-3",
    "macro_f1": "Macro-F1",
    "balanced_accuracy": "Balanced accuracy",
    "ece": "ECE",
    "error_auroc": "Error AUROC",
}


def leaderboard(rows: list[tuple[Standing, Entry]]) -> pd.DataFrame:
    """A line a model: each score with its 95% interval, and the time one face takes."""
    return pd.DataFrame(
        [
            {"Model": standing.info.id, "Version": standing.info.version}
            | {title: _figure(entry.figures[name]) for name, title in NAMES.items()}
            | {"ms a face": f"{standing.run.milliseconds:.1f}"}
            for standing, entry in rows
        ]
    )


def accuracy_and_time(rows: list[tuple[Standing, Entry]]) -> alt.LayerChart:
    """Top-1 against the time one face takes, with intervals."""
    points = pd.DataFrame(
        [
            dict(zip(("top1", "low", "high"), entry.figures["top1"], strict=True))
            | {"model": standing.info.id, "ms": standing.run.milliseconds}
            for standing, entry in rows
        ]
    )
    x = alt.X("ms", title="Milliseconds a face", scale=alt.Scale(type="log"))
    colour = alt.Color("model", legend=None)  # The theme's colours can be seen on light and on dark.
    base = alt.Chart(points).encode(x=x, color=colour, tooltip=["model", "top1", "ms"])
    y = alt.Y("low", title="Top-1 accuracy", scale=alt.Scale(zero=False))
    bars = base.mark_rule().encode(y=y, y2="high")
    dots = base.mark_point(filled=True, size=80).encode(y="top1")
    return bars + dots + base.mark_text(align="left", dx=8).encode(y="top1", text="model")


def confusion(shares: np.ndarray, title: str, rows: str = "Label", columns: str = "The model says") -> alt.LayerChart:
    """A heat map of labels x answers. Shares from 0 to 1, or from -1 to 1 for a difference of two."""
    signed = bool(np.nanmin(shares) < 0)
    cells = pd.DataFrame(
        [
            {"label": label, "answer": answer, "share": shares[row, column]}
            for row, label in enumerate(LABELS)
            for column, answer in enumerate(LABELS)
            if not np.isnan(shares[row, column])
        ]
    )
    colours = alt.Scale(scheme="purpleorange", domain=[-1, 1]) if signed else alt.Scale(scheme="oranges", domain=[0, 1])
    base = alt.Chart(cells, title=title).encode(
        x=alt.X("answer", sort=list(LABELS), title=columns),
        y=alt.Y("label", sort=list(LABELS), title=rows),
        tooltip=["label", "answer", alt.Tooltip("share", format=".0%")],
    )
    text = base.mark_text(fontSize=10).encode(text=alt.Text("share", format="+.0%" if signed else ".0%"))
    return base.mark_rect().encode(color=alt.Color("share", scale=colours, legend=None)) + text


def verdict(one: str, other: str, accuracy: tuple[float, float], p: float) -> str:
    """Which of two models is better, in a sentence that calls a tie a tie."""
    better, worse = (one, other) if accuracy[0] >= accuracy[1] else (other, one)
    if p >= 0.05:
        return f"A tie: {accuracy[0]:.1%} and {accuracy[1]:.1%} could be chance (p = {p:.2f})."
    return f"{better} is better than {worse}: {max(accuracy):.1%} against {min(accuracy):.1%} (p = {p:.3f})."


def _figure(figure: tuple[float, float, float]) -> str:
    value, low, high = figure
    return "–" if np.isnan(value) else f"{value:.3f} [{low:.3f}, {high:.3f}]"
