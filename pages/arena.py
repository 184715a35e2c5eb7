"""Compare models on the faces people gave."""

import streamlit as st

from fers.domain.permissions import Action
from fers.ui import arena, guard, slices
from fers.ui.runs import runs
from fers.ui.services import platform

FACES_OF_A_KIND = 8

actor = guard.enter(Action.COMPARE_MODELS)
service = platform().arena


def are_any_running() -> bool:
    return any(runs().is_running(actor, info.id) for info in platform().live_model.models())


def progress() -> None:
    standings = service.standings(actor)
    for standing in standings:
        name = standing.info.id
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(
                standing.answered / max(1, standing.faces),
                f"**{name}** {standing.info.version}: {standing.answered} of {standing.faces} faces",
            )
            if runs().is_running(actor, name):
                if st.button("Stop", key=f"stop-{name}"):
                    runs().cancel(actor, name)
                    st.rerun()
            elif standing.answered < standing.faces and st.button("Run", key=f"run-{name}", type="primary"):
                runs().start(actor, name)
                st.rerun()
        if runs().has_failed(name):
            st.warning(f"The run of {name} ended early. What it did is kept; run it again to go on.")
    if is_busy and not are_any_running():
        st.rerun()  # Nothing is left to wait for, and there is more to compare.


def leaderboard() -> None:
    rows = service.leaderboard(actor)
    st.dataframe(arena.leaderboard(rows), hide_index=True)
    st.caption(
        f"{rows[0][1].n} faces that all of these models saw, labelled by the people in them; 95% intervals in brackets."
    )
    st.altair_chart(arena.accuracy_and_time(rows))
    st.subheader("Benchmark and here", anchor=False)
    slices.show_gap(actor)


def side_by_side() -> None:
    names = [standing.info.id for standing in service.standings(actor) if standing.run]
    if len(names) < 2:
        st.info("Run a second model to compare the two.")
        return
    left, right = st.columns(2)
    one = left.selectbox("One model", names)
    other = right.selectbox("The other", [name for name in names if name != one])
    faces, duel = service.duel(actor, one, other)
    st.subheader(arena.verdict(one, other, duel.accuracy, duel.p))
    for column, name, shares in zip(st.columns(2), (one, other), duel.confusions, strict=True):
        column.altair_chart(arena.confusion(shares, name))
    st.altair_chart(arena.confusion(duel.confusions[0] - duel.confusions[1], f"{one} less {other}"))
    slices.show(actor, one, other)
    for title, indices in (("Only one is right", duel.disagree), ("Both are wrong", duel.both_wrong)):
        st.subheader(f"{title}: {len(indices)}")
        with st.container(horizontal=True):
            for index in indices[:FACES_OF_A_KIND]:
                st.image(service.picture(actor, faces[index]), faces[index].answer.label.label, width=112)


st.title("Compare")
st.write("Every model answers for the same faces. Then the better one leads, and a tie is called a tie.")
is_busy = are_any_running()
with guard.explaining():
    st.fragment(progress, run_every="2s" if is_busy else None)()
with guard.explaining():
    st.header("Leaderboard")
    leaderboard()
    st.header("Side by side")
    side_by_side()
