"""New faces against a dataset version, week by week."""

import altair as alt
import pandas as pd
import streamlit as st

from fers.analysis.drift import LITTLE, MUCH
from fers.domain.emotions import Emotion
from fers.domain.evaluation_sets import Figure
from fers.domain.people import Person
from fers.domain.permissions import Action, allowed
from fers.domain.studies import Study
from fers.domain.versions import DatasetVersion
from fers.services.models.drift import Drift
from fers.ui import next_up
from fers.ui.faces.result import word
from fers.ui.look import ACCENT, GRAY
from fers.ui.services import platform

_HERE, _EVERYWHERE = "this study", "all studies"
_CHART_PIXELS = 220


def drift(actor: Person, study: Study) -> None:
    """Choose a version and which faces to hold against it, and see how they differ."""
    versions = [version.dataset_version for version in platform().versions.of_study(actor, study.id)]
    if not versions:
        st.info("There is no dataset version to compare with yet.")
        next_up.show(actor)
        return
    version = st.selectbox("Dataset version", versions, format_func=_version_words)
    where = _HERE
    if allowed(actor, Action.VIEW_DATASET):
        where = st.segmented_control("New faces from", [_HERE, _EVERYWHERE], default=_HERE, required=True)
    with st.spinner("Comparing…"):
        found = platform().drift.report(actor, version.id, study.id if where == _HERE else None)
    if not found.version.faces:
        st.info("Every face of this version has been withdrawn, so there is nothing left to compare with.")
        return
    if not found.weeks:
        st.info("Nobody has given a face and said what it shows yet.")
        return
    if any(found.version.labels):
        _class_mix(found)
    else:
        st.info("This version has no self-reported labels, so there is no class mix to compare with.")
    _guesses(found)
    _annotators(found)
    st.caption(
        "The dashed line is the version, the dotted one the week in which it was frozen: faces from earlier weeks may "
        "be in it. Weeks begin on Monday (UTC); imported faces are left out. Bands and intervals assume independent "
        "faces, so they are too narrow where few people gave many of them."
    )


def _class_mix(found: Drift) -> None:
    st.header("Class mix", anchor=False)
    st.markdown(_verdict(found))
    rows = [
        {"Week of": week.isoformat(), "Index": index, "By chance": chance, "Faces": int(count)}
        for week, index, chance, count in zip(
            found.weeks, found.stability.index, found.stability.by_chance, found.mix.sum(axis=1), strict=True
        )
    ]
    base = alt.Chart(pd.DataFrame(rows)).encode(x=_weeks())
    hints = ["Week of", "Faces", *(alt.Tooltip(field, format=".2f") for field in ("Index", "By chance"))]
    y = alt.Y("Index:Q", title="Population stability index")
    band = base.mark_area(opacity=0.18, color=GRAY, line={"color": GRAY}).encode(y="By chance:Q")
    line = base.mark_line(color=ACCENT, point={"size": 60, "filled": True, "color": ACCENT}).encode(y=y, tooltip=hints)
    limits = alt.Chart(pd.DataFrame({"at": [LITTLE, MUCH]})).mark_rule(color=GRAY).encode(y="at:Q")
    _draw(band + limits + line, found)
    faces = base.mark_bar(color=GRAY, width=8).encode(y=alt.Y("Faces:Q", title="Faces"), tooltip=["Week of", "Faces"])
    _draw(faces, found, _CHART_PIXELS // 2)
    st.caption(
        f"Below {LITTLE} is usually called little change, above {MUCH} a significant one (Siddiqi, 2006). Small weeks "
        "differ by chance: if nothing has changed, 19 weeks in 20 lie in the grey band."
    )
    _bars(found)


def _verdict(found: Drift) -> str:
    drifted = [week for week, far in zip(found.weeks, found.stability.drifted, strict=True) if far]
    if not drifted:
        return "**No week differs from the version by more than a little and more than chance.**"
    last = f"most recently that of {drifted[-1]:%d %b %Y}"
    return f"**{len(drifted)} of {len(found.weeks)} weeks differ from the version**, {last}."


def _bars(found: Drift) -> None:
    columns = [("The version", found.version.labels)]
    columns += [(week.isoformat(), mix) for week, mix in zip(found.weeks, found.mix, strict=True)]
    rows = [
        {"Week of": name, "Expression": word(emotion), "order": emotion.value, "Faces": int(counts[emotion])}
        for name, counts in columns
        for emotion in Emotion
    ]
    bars = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar()
        .encode(
            x=alt.X("Week of:O", sort=[name for name, _ in columns], title=None),
            y=alt.Y("Faces:Q", stack="normalize", title="Share of faces", axis=alt.Axis(format="%")),
            color=alt.Color(
                "Expression:N",
                sort=[word(emotion) for emotion in Emotion],
                title=None,
                legend=alt.Legend(orient="bottom", columns=4),
            ),
            order="order:Q",
            tooltip=["Week of", "Expression", "Faces"],
        )
        .properties(height=_CHART_PIXELS + 60)
    )
    st.altair_chart(bars, width="stretch")


def _guesses(found: Drift) -> None:
    version, guesses = found.version, found.guesses
    st.header("Model confidence", anchor=False)
    rows = [_row(one.week, one.model, one.faces, one.confidence) for one in guesses]
    _shares(rows, "Mean confidence", version.confidence / version.given if version.given else None, found)
    with st.expander("How often it says “not sure”"):
        _shares([_row(one.week, one.model, one.faces, one.unsure) for one in guesses], "Not sure", None, found)
    st.header("Agreement of model and participant", anchor=False)
    agreed = [_row(one.week, one.model, one.labelled, one.agreed) for one in guesses if one.labelled]
    labelled = sum(version.labels)
    _shares(agreed, "Same answer", version.agreed / labelled if labelled else None, found)


def _annotators(found: Drift) -> None:
    st.header("Inter-rater agreement", anchor=False)
    if not found.reviewed:
        st.caption("No face has been labelled by several annotators yet.")
        return
    version = found.version
    rows = [_row(one.week, "Annotators", one.faces, one.united) for one in found.reviewed]
    _shares(rows, "Largely agree", version.united / version.reviewed if version.reviewed else None, found)
    st.caption("Share of faces on which at least three quarters of the annotator pairs say the same.")


def _shares(rows: list[dict], title: str, of_version: float | None, found: Drift) -> None:
    """Shares or means by week, a colour a model, with 95% intervals; a dashed line is the version."""
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=_weeks(), color=alt.Color("Model:N", title=None, legend=alt.Legend(orient="top", labelLimit=300))
    )
    hints = ["Week of", "Model", "Faces", *(alt.Tooltip(field, format=".1%") for field in ("Share", "low", "high"))]
    low = alt.Y("low:Q", title=title, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    ends = base.mark_rule(strokeWidth=2, opacity=0.7).encode(y=low, y2="high:Q")
    dots = base.mark_line(point={"size": 60, "filled": True}).encode(y="Share:Q", tooltip=hints)
    chart = ends + dots
    if of_version is not None:
        chart += alt.Chart(pd.DataFrame({"at": [of_version]})).mark_rule(color=GRAY, strokeDash=[6, 4]).encode(y="at:Q")
    _draw(chart, found)


def _draw(chart: alt.LayerChart | alt.Chart, found: Drift, height: int = _CHART_PIXELS) -> None:
    """With a dotted line where the version was frozen."""
    frozen = alt.Chart(pd.DataFrame({"Week of": [f"{found.dataset_version.created_at:%Y-%m-%d}"]}))
    dotted = frozen.mark_rule(color=GRAY, strokeDash=[2, 3]).encode(x=_weeks())
    st.altair_chart((chart + dotted).properties(height=height), width="stretch")


def _weeks() -> alt.X:
    return alt.X("Week of:T", title=None, axis=alt.Axis(format="%d %b", tickCount=6, labelOverlap=True))


def _row(week, model: str, faces: int, figure: Figure) -> dict:
    share, low, high = figure
    return {"Week of": week.isoformat(), "Model": model, "Faces": faces, "Share": share, "low": low, "high": high}


def _version_words(version: DatasetVersion) -> str:
    return f"{version.name} ({version.faces:,} faces, {version.created_at:%d %b %Y})"
