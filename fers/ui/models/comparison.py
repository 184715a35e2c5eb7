"""Models on one evaluation set: the leaderboard, and two of them side by side."""

import streamlit as st

from fers.domain.evaluation_sets import EvaluationSet, Result
from fers.domain.people import Person
from fers.services.models.standings import Standing
from fers.ui.models import arena, model_plots, pair_faces, slices
from fers.ui.services import platform

Rows = list[tuple[Standing, Result]]
_SHOWN_AT_ONCE = 20_000
"""Of more faces, slices and single ones are looked for when somebody asks: it takes seconds."""


def leaderboard(actor: Person, on: EvaluationSet, rows: Rows) -> None:
    service = platform().arena
    people, results = service.people(actor, on), [result for _, result in rows]
    st.dataframe(arena.table(rows, people), hide_index=True)
    st.caption(f"{arena.what_intervals_rest_on(results[0])} {arena.whose_word(on)}")
    if changed := arena.changes(service.state(actor, on), on):
        st.info(changed)
    if limited := arena.limits(rows):
        st.warning(limited)
    st.altair_chart(model_plots.accuracy_and_time(rows, people))
    st.caption(arena.what_times_rest_on(rows))
    slices.show_gap(rows)
    if len(rows) > 1:
        with st.expander("Pairwise comparisons"):
            st.dataframe(arena.pairs_table(results))
            st.caption("McNemar's test (mid-p), clustered by person, with Holm's correction for all the pairs here.")
    earlier = arena.earlier(service.results(actor, on), [*results, *filter(None, [people])])
    if len(earlier):
        with st.expander("Earlier results"):
            st.dataframe(earlier, hide_index=True)
    table = arena.csv(rows, people, on)
    st.download_button(
        "Download the leaderboard", table, "leaderboard.csv", "text/csv", on_click="ignore", icon=":material/download:"
    )


def side_by_side(actor: Person, on: EvaluationSet, rows: Rows) -> None:
    if len(rows) < 2:
        st.info("Run a second model to compare two of them.")
        return
    results = {standing.info.id: result for standing, result in rows}
    left, right = st.columns(2)
    one = left.selectbox("Model A", list(results))
    other = right.selectbox("Model B", [name for name in results if name != one])
    arena.show_pair(results, one, other)
    if results[one].n <= _SHOWN_AT_ONCE or st.toggle("Show slices, and the faces that tell the two apart"):
        slices.show(actor, one, other, on)
        pair_faces.show(one, other, on)
