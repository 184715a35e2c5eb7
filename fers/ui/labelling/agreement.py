"""The parts of the agreement page."""

from itertools import groupby

import numpy as np
import pandas as pd
import streamlit as st

from fers.analysis.estimates import UNDEFINED, Estimate
from fers.domain.emotions import Emotion
from fers.domain.people import Person
from fers.domain.studies import Study
from fers.services.labelling.agreement import AgreementReport, AskedReport
from fers.ui import guard
from fers.ui.faces.removing import offer_removal
from fers.ui.faces.result import word
from fers.ui.faces.thumbnails import CELL_PIXELS, linked_thumbnail
from fers.ui.models.model_plots import confusion
from fers.ui.services import platform
from fers.ui.session import person

SHOWN = 8
FIGURE_PIXELS = 160


def overall(report: AgreementReport) -> None:
    """The numbers that people cite, each with its interval and what it rests on."""
    agreement = report.agreement
    figures = {
        "Expressions, α": agreement.emotion,
        "Expressions, Fleiss' κ": agreement.fleiss,
        "Pleasant, α": agreement.valence,
        "Excited, α": agreement.arousal,
    }
    with st.container(horizontal=True):
        for title, estimate in figures.items():
            with st.container(width=FIGURE_PIXELS):
                st.metric(title, f"{estimate.value:.2f}" if estimate.is_defined else "–")
                faces = "1 face" if estimate.faces == 1 else f"{estimate.faces:,} faces"
                st.caption(f"{_interval(estimate)} {faces}".lstrip())
    labels = "1 label" if report.labels == 1 else f"{report.labels:,} labels"
    st.caption(
        f"{labels}. α is Krippendorff's alpha: 1 is full agreement, 0 is chance. Labels are usually called reliable "
        "from 0.8, and good enough for tentative conclusions from 0.67. In brackets: 95% intervals."
    )


def by_class(report: AgreementReport) -> None:
    st.caption("How well annotators agree on whether a face shows this expression or another.")
    seen = report.agreement.seen
    rows = [
        {"Expression": word(emotion), "α": _figure(estimate), "Faces where somebody saw it": seen[emotion]}
        for emotion, estimate in report.agreement.by_class.items()
    ]
    st.dataframe(rows, hide_index=True)
    if report.agreement.confusion.any():
        title, pairs = "When one annotator says the row, what others say", report.agreement.confusion
        st.altair_chart(confusion(pairs, title, "One says", "Another says"), width="stretch")
        st.caption("In brackets: how often an annotator said it of a face that another one labelled too.")


def by_annotator(report: AgreementReport) -> None:
    agreement = report.agreement
    rows = []
    for name, count in report.counts.items():
        own = agreement.by_annotator.get(name)
        rows.append(
            {
                "Annotator": _short(name),
                "Labels": count,
                "Agreement with others": _figure(own.with_others if own else UNDEFINED),
                "α without them": _figure(own.alpha_without if own else UNDEFINED),
                "Accuracy on the gold standard": _figure(report.on_gold_standard.get(name, UNDEFINED)),
                "Estimated accuracy": f"{report.accuracy[name]:.2f}" if name in report.accuracy else "–",
            }
        )
    st.caption(
        "Accuracy is estimated by Dawid and Skene's method, from everybody's labels of the same faces. The method and "
        f"the majority differ on {report.differ:,} of {report.aggregated:,} faces. Dataset versions can use either."
    )
    st.dataframe(rows, hide_index=True)
    of_sets(report)
    if agreement.by_pair:
        st.caption("Cohen's κ of each pair")
        names = sorted({name for pair in agreement.by_pair for name in pair})
        index = pd.Index([_short(name) for name in names[1:]], name="Annotator")
        table = pd.DataFrame("", index, [_short(name) for name in names[:-1]])
        for (first, second), estimate in agreement.by_pair.items():
            table.loc[_short(second), _short(first)] = _figure(estimate)
        st.dataframe(table)


def of_sets(report: AgreementReport) -> None:
    """What imported sets say themselves, apart from what people say; nothing where there is no such set."""
    if not report.of_sets:
        return
    labels = "1 label came" if report.of_sets == 1 else f"{report.of_sets:,} labels came"
    caption = f"{labels} with imported datasets that name no annotator. They count in no figure here."
    if report.with_sets.is_defined:
        faces = "1 face" if report.with_sets.faces == 1 else f"{report.with_sets.faces:,} faces"
        caption += f" Annotators' agreement with them: {_figure(report.with_sets)}, {faces}."
    st.caption(caption)


def asked(report: AskedReport) -> None:
    """How well people show what they are asked for, as they say themselves and as annotators see it."""
    figures = {
        "Reported as asked": report.people_report,
        "Seen as asked": report.annotators_see,
        "Seen, where reported": report.managed_and_seen,
    }
    with st.container(horizontal=True):
        for title, (share, low, high) in figures.items():
            with st.container(width=FIGURE_PIXELS):
                st.metric(title, "–" if np.isnan(share) else f"{share:.0%}")
                st.caption("" if np.isnan(share) else f"[{low:.0%}, {high:.0%}]")
    st.caption(
        f"Of {report.faces:,} faces for which an expression was asked. What annotators miss and people report as well "
        "is hard to see; what people themselves report as something else did not come about. In brackets: 95% "
        "intervals, as if every face were another person's."
    )
    plots = (
        (report.reported, "What people report, by what was asked", "Reported"),
        (report.perceived, "What annotators see, by what was asked", "Seen"),
    )
    for counts, title, said in plots:
        if counts.any():
            st.altair_chart(confusion(counts, title, "Asked for", said), width="stretch")


def flags(actor: Person, report: AgreementReport) -> None:
    """What annotators found wrong, picture by picture."""
    flagged = [list(flags) for _, flags in groupby(report.flags, lambda flag: flag.face_id)]
    if not flagged:
        st.write("No photo is flagged.")
    if len(flagged) > SHOWN:
        st.caption(f"Showing {SHOWN} of {len(flagged):,} flagged photos.")
    cells = st.container(horizontal=True)
    for flags_of_one in flagged[:SHOWN]:
        [first, *_] = flags_of_one
        with cells.container(border=True, width=CELL_PIXELS):
            linked_thumbnail(actor, first.face_id)
            for flag in flags_of_one:
                st.text(f"“{flag.reason}”")  # As it was typed: no link or picture is made of it.
            offer_removal(actor, first.study_id, first.face_id)


@st.fragment
@guard.for_whoever_is_here
def gold_standard(actor: Person, study: Study) -> None:
    """Choose the faces whose expression counts as known. Nothing else is worked out anew for that."""
    service = platform().agreement
    st.caption(
        "Faces whose expression is known. Annotators get one now and then, without being told. Faces on which all "
        "annotators agree are proposed: add those you are sure of yourself."
    )
    known, proposed = service.known(actor, study.id), service.proposed(actor, study.id, SHOWN)
    st.write(f"The gold standard has {len(known)} face{'s' * (len(known) != 1)}.")
    for title, faces, action, chosen in (
        ("Known", dict(list(known.items())[:SHOWN]), "Take it out", lambda emotion: None),
        ("Proposed", proposed, "Add it", lambda emotion: emotion),
    ):
        if faces:
            st.header(title, anchor=False)
        cells = st.container(horizontal=True)
        for face_id, emotion in faces.items():
            with cells.container(border=True, width=CELL_PIXELS):
                linked_thumbnail(actor, face_id, word(emotion))
                change = (study, face_id, chosen(emotion))
                st.button(action, key=f"known-{face_id}", width="stretch", on_click=_set_gold_standard, args=change)


def _set_gold_standard(study: Study, face_id: str, emotion: Emotion | None) -> None:
    with guard.explaining():
        platform().agreement.set_gold_standard(person(), study.id, face_id, emotion)


def _figure(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} {_interval(estimate)}".rstrip() if estimate.is_defined else "–"


def _interval(estimate: Estimate) -> str:
    return f"[{estimate.low:.2f}, {estimate.high:.2f}]" if estimate.has_interval else ""


def _short(annotator_id: str) -> str:
    return annotator_id[:6]
