"""Compare models, and people, on the same labelled faces."""

import streamlit as st

from fers.domain.emotions import LABELS
from fers.domain.permissions import Action
from fers.services.explore import THUMBNAIL_PIXELS
from fers.ui import arena, arena_runs, guard, model_plots, slices
from fers.ui.services import platform
from fers.ui.thumbnails import thumbnail

FACES_OF_A_KIND = 8
SHOWN_AT_ONCE = 20_000  # Of more faces, parts and single ones are looked for when somebody asks: it takes seconds.

actor = guard.enter(Action.COMPARE_MODELS)
service = platform().arena


def leaderboard() -> None:
    people, results = service.people(actor, on), [result for _, result in rows]
    st.dataframe(arena.table(rows, people), hide_index=True)
    st.caption(f"{arena.what_intervals_rest_on(results[0])} {arena.whose_word(on)}")
    if changed := arena.changes(service.state(actor, on), on):
        st.info(changed)
    st.altair_chart(model_plots.accuracy_and_time(rows, people))
    slices.show_gap(rows)
    if len(rows) > 1:
        with st.expander("Which differences could be chance"):
            st.dataframe(arena.pairs_table(results))
            st.caption("McNemar's test (mid-p) on the same faces, corrected by Holm's method for all the pairs here.")
    earlier = arena.earlier(service.results(actor, on), [*results, *filter(None, [people])])
    if len(earlier):
        with st.expander("Earlier results"):
            st.dataframe(earlier, hide_index=True)
    table = arena.csv(rows, people, on)
    st.download_button("Download the leaderboard", table, "leaderboard.csv", icon=":material/download:")


def side_by_side() -> None:
    if len(rows) < 2:
        st.info("Run a second model to compare the two.")
        return
    results = {standing.info.id: result for standing, result in rows}
    left, right = st.columns(2)
    one = left.selectbox("One model", list(results))
    other = right.selectbox("The other", [name for name in results if name != one])
    arena.show_pair(results[one], results[other])
    if results[one].n <= SHOWN_AT_ONCE or st.toggle("Look at slices, and at the faces that tell them apart"):
        slices.show(actor, one, other, on)
        faces(one, other)


def faces(one: str, other: str) -> None:
    common, duel = service.duel(actor, one, other, on)
    for title, indices in (("Only one is right", duel.disagree), ("Both are wrong", duel.both_wrong)):
        st.subheader(f"{title}: {len(indices):,}")
        with st.container(horizontal=True):
            for index in indices[:FACES_OF_A_KIND]:
                label = LABELS[common.labels[index]]
                with st.container(width=THUMBNAIL_PIXELS):
                    thumbnail(actor, common.face_ids[index], f"A face, labelled {label}", label, THUMBNAIL_PIXELS)


st.title("Compare")
st.write("Every model answers for the same faces. Then the better one leads, and a tie is called a tie.")
with guard.explaining():
    offered = arena.yardstick_names(service.yardsticks(actor, platform().studies.current(actor).id))
    on = offered[st.selectbox("Measured on", list(offered))]
    arena_runs.show(actor, on)
    rows = service.leaderboard(actor, on)
    st.header("Leaderboard")
    leaderboard()
    st.header("Side by side")
    side_by_side()
