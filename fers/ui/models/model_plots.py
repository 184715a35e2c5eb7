"""Plots of how models, and people, do: accuracy against time, and what is taken for what."""

import altair as alt
import numpy as np
import pandas as pd

from fers.analysis.leaderboard import shares
from fers.analysis.placing import apart
from fers.domain.emotions import LABELS
from fers.domain.evaluation_sets import Result
from fers.services.models.standings import Standing
from fers.ui.look import ACCENT
from fers.ui.words import in_hundredths

_LEAST_HEIGHT, _NAME_PIXELS, _AXIS = 215, 16, 85
"""Pixels of the plot, of a line of names, and of the axis below, which Streamlit fits into the height, too."""
_LETTER, _NAME_LIMIT, _GAP = 6.5, 150, 12
"""Pixels that a letter takes, those that a name gets, and those between the plot and the names."""


def accuracy_and_time(rows: list[tuple[Standing, Result]], people: Result | None) -> alt.LayerChart:
    """Top-1 against the time one face takes, with intervals; people as a line, since nobody timed them so."""
    points = pd.DataFrame(
        [
            dict(zip(("top1", "low", "high"), result.figures["top1"], strict=True))
            | {"model": standing.info.id, "ms": result.milliseconds}
            for standing, result in rows
            if not np.isnan(result.milliseconds)
        ],
        columns=["top1", "low", "high", "model", "ms"],
    )
    x = alt.X(
        "ms:Q",
        title="Milliseconds per face",
        scale=alt.Scale(type="log", nice=False, padding=20, range=[0, _left_of_names(points)]),
        axis=alt.Axis(tickCount=4),
    )
    tooltip = ["model", alt.Tooltip("top1", format=".1%"), alt.Tooltip("ms", format=".1f")]
    base = alt.Chart(points).encode(x=x, tooltip=tooltip)
    y = alt.Y("low:Q", title="Top-1 accuracy", scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(format=".0%"))
    bars = base.mark_rule(color=ACCENT, strokeWidth=2).encode(y=y, y2="high")
    dots = base.mark_point(filled=True, size=80, opacity=1, color=ACCENT).encode(y="top1:Q")
    chart = (_names(points, x, people) + bars + dots).properties(height=_height(points) + _AXIS)
    if not people:
        return chart
    line = alt.Chart(pd.DataFrame({"top1": [people.figures["top1"][0]], "who": ["People"]}))
    rule = line.mark_rule(strokeDash=[5, 5], color="gray").encode(y="top1:Q")
    return (
        chart
        + rule
        + line.mark_text(align="left", dx=4, dy=-7, color="gray").encode(x=alt.value(0), y="top1:Q", text="who")
    )


def _names(points: pd.DataFrame, x: alt.X, people: Result | None) -> alt.LayerChart:
    """The models' names, one above the other beside the plot, where none hides a dot or another; a line leads to its
    dot."""
    heights = np.concatenate([points["low"], points["high"], [people.figures["top1"][0]] if people else []])
    up = float(np.ptp(heights)) if len(heights) else 0.0
    named = alt.Chart(points.assign(at=apart(points["top1"], _NAME_PIXELS / _height(points) * up)))
    column = alt.value(_left_of_names(points, _GAP))
    lines = named.mark_rule(color="gray", strokeWidth=0.6, opacity=0.6).encode(x=x, x2=column, y="top1:Q", y2="at")
    names = named.mark_text(align="left", dx=3, color="gray", limit=_NAME_LIMIT).encode(
        x=column, y="at:Q", text="model", tooltip="model"
    )
    return lines + names


def _left_of_names(points: pd.DataFrame, gap: int = 0) -> alt.ExprRef:
    """Where the plot ends, or so many pixels further on."""
    names = _GAP + min(_NAME_LIMIT, _LETTER * max(map(len, points["model"]), default=0))
    return alt.ExprRef(f"width - {names - gap}")


def _height(points: pd.DataFrame) -> float:
    """Of the plot in pixels, without its axis: all of the names have room."""
    return max(_LEAST_HEIGHT, _NAME_PIXELS * (len(points) + 2))


def confusion(
    counts: np.ndarray, title: str, rows: str = "Label", columns: str = "The model says", less: np.ndarray | None = None
) -> alt.LayerChart:
    """A heat map of labels x answers, as shares of each label's `counts`, which stand beside it; with other counts to
    take off (`less`), the differences of the two shares."""
    share, signed = shares(counts), less is not None
    if signed:
        share = share - shares(less)

    def said(share: float) -> str:
        return f"{in_hundredths(share, '+' if signed else '')}%".replace("-", "−")

    names = [f"{label} ({count:,})" for label, count in zip(LABELS, np.sum(counts, axis=1), strict=True)]
    cells = pd.DataFrame(
        [
            {"label": label, "answer": answer, "share": share[row, column], "said": said(share[row, column])}
            for row, label in enumerate(names)
            for column, answer in enumerate(LABELS)
            if not np.isnan(share[row, column])
        ]
    )
    colours = alt.Scale(scheme="purpleorange", domain=[-1, 1]) if signed else alt.Scale(scheme="oranges", domain=[0, 1])
    base = alt.Chart(cells, title=title).encode(
        x=alt.X("answer", sort=list(LABELS), title=columns),
        y=alt.Y("label", sort=names, title=rows),
        tooltip=["label", "answer", alt.Tooltip("said", title="share")],
    )
    ink = alt.condition("abs(datum.share) > 0.6", alt.value("white"), alt.value("black"))
    text = base.mark_text(fontSize=10).encode(alt.Text("said"), color=ink)
    return base.mark_rect().encode(color=alt.Color("share", scale=colours, legend=None)) + text
