"""Two models part by part, what their confidence means, and benchmarks beside the faces given here: plots."""

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from fers.analysis.significance import FEW_PEOPLE
from fers.analysis.slices import Gap, Reliability, Slice
from fers.analysis.slices import gaps as stated
from fers.domain.evaluation_sets import EvaluationSet, Result
from fers.domain.people import Person
from fers.services.models.slices import Sliced
from fers.services.models.standings import Standing
from fers.ui.look import ACCENT
from fers.ui.services import platform
from fers.ui.words import in_hundredths

_SHARE = alt.Axis(format=".0%", tickCount=5)
_ROW = 24
"""Height of a model's line in a plot of slices, in pixels."""


def show(actor: Person, one: str, other: str, on: EvaluationSet) -> None:
    """The slices and the reliability of two models, which both have a complete run."""
    found = platform().slices.compare(actor, one, other, on)
    st.subheader("Slices", anchor=False)
    st.write(_headline(found.slices, one, other))
    for dimension in dict.fromkeys(part.dimension for part in found.slices):
        parts = [part for part in found.slices if part.dimension == dimension]
        st.altair_chart(_slices(parts, one, other), width="stretch")
    with st.expander("The numbers"):
        st.dataframe(table(found.slices, one, other), hide_index=True)
    st.caption(_caveats(found))
    st.subheader("Calibration", anchor=False)
    for column, name, of_model in zip(st.columns(2), (one, other), found.reliability, strict=True):
        column.altair_chart(_reliability(of_model, name), width="stretch")
    st.caption(
        "On the diagonal, a model that is 80% sure is right 80% of the time. Larger dots are more faces; the lines "
        "show how far off they are. ECE is the mean length of those lines, weighted by faces."
    )


def show_gap(rows: list[tuple[Standing, Result]]) -> None:
    """Each model's benchmark score beside its score here; `rows` are those of the leaderboard."""
    st.subheader("Benchmarks and this evaluation set", anchor=False)
    gaps = gaps_of(rows)
    if not gaps:
        st.info("No model states a benchmark score yet. Add one to its model.json, under “metrics”.")
        return
    with st.container(width=560):
        st.altair_chart(gap_plot(gaps), width="stretch")
    worst = max(gaps, key=lambda gap: gap.promised - gap.found[0])
    st.caption(
        "On the dashed line, a model does as well here as on its benchmark; below it, worse. "
        f"The largest gap: {worst.model_id}, {worst.promised:.0%} there and {worst.found[0]:.0%} here."
    )


def gaps_of(rows: list[tuple[Standing, Result]]) -> list[Gap]:
    """One for each model and benchmark that its folder states a top-1 for."""
    return [
        gap
        for standing, result in rows
        for gap in stated(standing.info.id, standing.info.metrics, result.figures["top1"])
    ]


def table(parts: list[Slice], one: str, other: str) -> pd.DataFrame:
    """A line a slice, as percentages with their 95% intervals."""
    return pd.DataFrame(
        [
            {
                "By": part.dimension,
                "Slice": part.name,
                "Faces": part.faces,
                "People": part.people,
                one: _percent(part.accuracy[0]),
                other: _percent(part.accuracy[1]),
                "Difference": _percent(part.difference, "+"),
                "Better": _better(part, one, other),
            }
            for part in parts
        ]
    )


def gap_plot(gaps: list[Gap]) -> alt.LayerChart:
    """A dot a model and benchmark, with the interval of what was found and the diagonal where both are the same."""
    points = pd.DataFrame(
        [
            dict(zip(("found", "low", "high"), gap.found, strict=True))
            | {"model": gap.model_id, "benchmark": gap.benchmark, "promised": gap.promised}
            for gap in gaps
        ]
    )
    least = float(np.floor(min(points["low"].min(), points["promised"].min()) * 10) / 10)
    scale = alt.Scale(domain=[least, 1])
    x = alt.X("promised:Q", title="Top-1 on the benchmark", axis=_SHARE, scale=scale)
    base = alt.Chart(points).encode(
        x=x,
        color=alt.Color(
            "model:N", sort=None, title=None, legend=alt.Legend(orient="bottom", columns=2, labelLimit=150)
        ),
        tooltip=[
            "model",
            "benchmark",
            *(alt.Tooltip(name, format=".1%") for name in ("promised", "found", "low", "high")),
        ],
    )
    y = alt.Y("low:Q", title="Top-1 here", axis=_SHARE, scale=scale)
    shape = alt.Shape("benchmark:N", legend=None)
    bars = base.mark_rule(strokeWidth=2).encode(y=y, y2="high")
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(y="found:Q", shape=shape)
    names = points["model"].nunique()
    return (_diagonal(least) + bars + dots).properties(height=300 + _ROW * -(-names // 2))


def _slices(parts: list[Slice], one: str, other: str) -> alt.LayerChart:
    """Both models' accuracy in each slice of one dimension, with intervals; what is too small to go by is faint."""
    rows = pd.DataFrame(
        [
            dict(zip(("accuracy", "low", "high"), part.accuracy[which], strict=True))
            | {"slice": f"{part.name} ({part.faces:,})", "model": name, "small": part.is_small}
            for part in parts
            for which, name in enumerate((one, other))
        ]
    )
    base = alt.Chart(rows, title=alt.Title(parts[0].dimension, anchor="start")).encode(
        y=alt.Y("slice:N", sort=None, title=None, axis=alt.Axis(labelLimit=170)),
        yOffset=alt.YOffset("model:N", sort=[one, other]),
        color=alt.Color(
            "model:N", sort=[one, other], title=None, legend=alt.Legend(orient="bottom", columns=2, symbolOpacity=1)
        ),
        opacity=alt.Opacity("small:N", scale=alt.Scale(domain=[False, True], range=[1, 0.4]), legend=None),
        tooltip=["model", "slice", *_shares("accuracy", "low", "high")],
    )
    x = alt.X("low:Q", title=None, axis=_SHARE, scale=alt.Scale(domain=[0, 1]))
    bars = base.mark_rule(strokeWidth=2).encode(x=x, x2="high")
    dots = base.mark_point(filled=True, size=70).encode(x="accuracy:Q")
    return (bars + dots).properties(height=alt.Step(_ROW))


def _reliability(of_model: Reliability, name: str) -> alt.LayerChart:
    bins = of_model.faces > 0
    rows = pd.DataFrame(
        {
            "confidence": of_model.confidence[bins],
            "accuracy": of_model.accuracy[bins],
            "faces": of_model.faces[bins],
        }
    )
    whole = alt.Scale(domain=[0, 1])
    base = alt.Chart(rows, title=alt.Title(f"{name}, ECE {of_model.ece:.3f}", anchor="start")).encode(
        x=alt.X("confidence:Q", title="Confidence", axis=_SHARE, scale=whole),
        tooltip=[alt.Tooltip("confidence", format=".0%"), alt.Tooltip("accuracy", format=".0%"), "faces"],
    )
    gaps = base.mark_rule(color=ACCENT, opacity=0.5, strokeWidth=2).encode(
        y=alt.Y("accuracy:Q", title="Right", axis=_SHARE, scale=whole), y2="confidence"
    )
    size = alt.Size("faces:Q", scale=alt.Scale(range=[15, 300]), legend=None)
    dots = base.mark_point(filled=True, color=ACCENT, opacity=1).encode(y="accuracy:Q", size=size)
    return (_diagonal(0) + gaps + dots).properties(height=280)


def _diagonal(least: float) -> alt.Chart:
    scale = alt.Scale(domain=[least, 1])
    ends = pd.DataFrame({"x": [least, 1], "y": [least, 1]})
    return (
        alt.Chart(ends)
        .mark_line(strokeDash=[5, 5], color="gray", strokeWidth=1.5)
        .encode(x=alt.X("x:Q", scale=scale), y=alt.Y("y:Q", scale=scale))
    )


def _shares(*names: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(name, format=".1%") for name in names]


def _headline(parts: list[Slice], one: str, other: str) -> str:
    telling = [part for part in parts if part.tells_them_apart]
    if not telling:
        return "No slice tells the two apart on these faces."
    most = max(telling, key=lambda part: abs(part.difference[0]))
    better = one if most.difference[0] > 0 else other
    where = f"{most.dimension.lower()}: {most.name.lower()}"
    points = f"{100 * abs(most.difference[0]):.0f} percentage points"
    return f"They differ most on {where}, where **{better}** leads by {points}."


def _caveats(found: Sliced) -> str:
    text = (
        "Lines are 95% intervals (Wilson), wider where one person's faces are alike. "
        f"Slices of fewer than {FEW_PEOPLE} people are faint: they say little, however many faces those people gave. "
        "Of twenty slices of equally good models, one seems to tell them apart by chance."
    )
    if found.unmeasured:
        text += f" The pictures of {found.unmeasured:,} faces have not been measured yet: run any model again."
    return text


def _better(part: Slice, one: str, other: str) -> str:
    if part.is_small:
        return "too few people"
    if not part.tells_them_apart:
        return "a tie"
    return one if part.difference[0] > 0 else other


def _percent(figure: tuple[float, float, float], sign: str = "") -> str:
    value, low, high = (in_hundredths(number, sign) for number in figure)
    return f"{value}% [{low}, {high}]"
