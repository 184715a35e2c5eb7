"""The parts of the datasets page."""

import streamlit as st

from fers.domain.exploring import NO_FILTER
from fers.domain.people import Person
from fers.domain.studies import Study
from fers.domain.versions import ConsensusRule
from fers.exporting.archive import FORMATS
from fers.exporting.exported_version import Cut
from fers.services.datasets.versions import Version
from fers.ui import guard, session
from fers.ui.languages import moment
from fers.ui.services import platform
from fers.ui.state import state
from fers.ui.web import downloads
from fers.ui.words import many

_RULE_WORDS = {ConsensusRule.MAJORITY: "Majority", ConsensusRule.DAWID_SKENE: "Dawid–Skene"}
_CUT_WORDS = {Cut.CROP: "Faces, 224 × 224", Cut.WHOLE: "Whole photos"}


def has_chosen() -> bool:
    """Whether only some faces are to be frozen."""
    return state().to_freeze != NO_FILTER


def freeze(actor: Person, study: Study) -> None:
    """Ask for a name and freeze what was chosen."""
    _say_what_is_chosen()
    with st.form("freeze", border=False):
        name = st.text_input("Name of the new version", placeholder="2026-05")
        rule = st.segmented_control(
            "Label aggregation",
            list(ConsensusRule),
            default=ConsensusRule.MAJORITY,
            format_func=_RULE_WORDS.get,
            required=True,
            help="How the labels of several annotators become one. By majority, every vote counts the same. Dawid and "
            "Skene's method learns from all votes in the study how often each annotator is right about each "
            "expression; it needs a few dozen labels from each annotator.",
        )
        st.caption("Faces whose participants agreed to sharing and training are frozen, with the labels they have now.")
        if not st.form_submit_button("Freeze", type="primary", icon=":material/ac_unit:"):
            return
    with guard.explaining():
        bar = st.progress(0.0, "Freezing the faces…")
        try:
            platform().versions.freeze(
                actor, study.id, name, state().to_freeze, rule, lambda done, faces: bar.progress(done / max(1, faces))
            )
        finally:
            bar.empty()
        state().to_freeze = NO_FILTER
        st.rerun()


def _say_what_is_chosen() -> None:
    if not has_chosen():
        st.caption("All faces of the study. To freeze only some, choose them under “Explore”.")
        return
    st.markdown(f"Only faces where {'; '.join(state().to_freeze.in_words())}.")
    if st.button("Take all faces instead"):
        state().to_freeze = NO_FILTER
        st.rerun()


def describe(version: Version) -> None:
    """One version, as it is today."""
    dataset_version = version.dataset_version
    with st.container(border=True):
        st.markdown(f"**{dataset_version.name}** · {moment(dataset_version.created_at)}")
        st.markdown(f"{many(dataset_version.faces, 'face')} of {many(dataset_version.people, 'person', 'people')}")
        notes = [
            (version.withdrawn, f"withdrawn since, {version.faces:,} left"),
            (dataset_version.left_out, "left out: not for sharing or training"),
            (dataset_version.near_duplicates, "left out: near-duplicates"),
            (dataset_version.lost, "left out: photo lost or damaged (fers doctor names them)"),
        ]
        counts = [f"{count:,} {what}" for count, what in notes if count]
        st.caption(" · ".join([*counts, f"`{dataset_version.id[:12]}`"]))
        chosen = dataset_version.chosen.in_words()
        if chosen:
            st.caption(f"Only faces where {'; '.join(chosen)}.")
        if dataset_version.consensus is not ConsensusRule.MAJORITY:
            st.caption(f"Labels aggregated by {_RULE_WORDS[dataset_version.consensus]}.")
        if dataset_version.questions:
            st.caption(f"With answers to {many(len(dataset_version.questions), 'question')}.")
        if dataset_version.study_sha256:
            st.caption(f"Study file `{dataset_version.study_sha256[:12]}`")


def download(actor: Person, study: Study, versions: list[Version]) -> None:
    """Choose what to download, and get a link to it."""
    ids = {version.dataset_version.name: version.dataset_version.id for version in versions}
    name = st.selectbox("Version", list(ids))
    format = st.selectbox("Format", list(FORMATS), format_func=lambda key: FORMATS[key].title)
    cut = st.segmented_control("Pictures", list(Cut), default=Cut.CROP, format_func=_CUT_WORDS.get, required=True)
    wanted, token = downloads.Link(study.id, ids[name], format, cut), session.token()
    secret = state().download
    found = downloads.followed(secret) if secret else None
    if found is None or (found.link, found.token) != (wanted, token):
        if st.button("Create the download", type="primary", icon=":material/link:"):
            state().download = downloads.issue(actor, token, wanted)
            st.rerun()
        return
    st.link_button("Download", f"/downloads/{secret}", type="primary", icon=":material/download:")
    st.caption("The link works for an hour, as long as you stay signed in. An interrupted download can be resumed.")
    sent = downloads.sent(secret)
    st.fragment(_progress, run_every=None if sent and sent.whole else "1s")(secret)


def compare(actor: Person, versions: list[Version]) -> None:
    """What came and went between two versions."""
    ids = {version.dataset_version.name: version.dataset_version.id for version in versions}
    names = list(ids)
    left, right = st.columns(2)
    earlier = left.selectbox("From", names, 1)
    later = right.selectbox("To", names, 0)
    if not st.button("Compare"):  # It goes through both versions, so not at every click on the page.
        return
    found = platform().versions.compare(actor, ids[earlier], ids[later])
    figures = {
        "Added": found.added,
        "Removed": found.gone,
        "Label changed": found.relabelled,
        "Details changed": found.changed,
    }
    with st.container(horizontal=True, gap="large"):
        for title, faces in figures.items():
            st.metric(title, f"{len(faces):,}", width="content")


def _progress(secret: str) -> None:
    sent = downloads.sent(secret)
    if sent is None:
        return
    if sent.whole:
        st.success("Everything has been sent to your browser.", icon=":material/check:")
    elif sent.ended:
        st.warning("The download was interrupted. Resume it, or start it again.")
    else:
        st.progress(min(1.0, sent.share), f"{sent.share:.0%} of {many(sent.faces, 'face')}")
