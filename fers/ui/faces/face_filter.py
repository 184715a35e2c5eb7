"""What Explore is filtered by: chosen at its side, kept in its address, and there again for whoever comes back."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from fers.domain.emotions import Emotion
from fers.domain.exploring import QUARTER_WORDS, QUARTERS, FaceFilter
from fers.domain.faces import Source
from fers.ui.faces.one_face import NO_CLASS, SOURCE_WORDS, class_word
from fers.ui.faces.result import word
from fers.ui.state import state

VIEW = "view"
KEYS = ("class", "asked", "source", "confidence", "agreement", "group", "model", "since", "until", VIEW)
"""Of the widgets, and so of what the address says."""
_NOTHING = "Nothing"
_SAME, _OTHER = "the same", "something else"
_WHAT_CLASS_MEANS = (
    "A face's class is what most of its annotators see or, if none has labelled it, what its participant said. "
    "It has none if annotators tie or see no expression, or if nobody has said anything."
)
_IN_ADDRESS = {"bind": "query-params"}
"""Streamlit writes what is chosen into the address, and drops what an address says that can't be chosen."""


def choose_filter(sizes: dict[str, dict[str, int]], asks: bool = False) -> FaceFilter:
    """What to look at. Nothing chosen means everything. `sizes`: of the groups to choose from; `asks`: whether the
    study asks its people for expressions."""
    groups = [(about, answer) for about, people in sizes.items() for answer in people]
    _keep_on_the_way_back()
    asking = st.container()
    with st.container(key="filters"):
        classes = [*Emotion, NO_CLASS]
        labels = _any_of("Class", classes, _class_or_none, "class", help=_WHAT_CLASS_MEANS)
        intended = _any_of("Intended", [*Emotion, _NOTHING], _asked_word, "asked") if asks else []
        sources = _any_of("Source", list(Source), SOURCE_WORDS.get, "source")
        says = st.segmented_control("The model's guess is", [_SAME, _OTHER], key="model", **_IN_ADDRESS)
        confidence = _any_of("Model confidence", QUARTERS, quarter_word, "confidence")
        agreement = _any_of("Inter-rater agreement", QUARTERS, quarter_word, "agreement")
        since = st.date_input("From the week of", None, key="since", **_IN_ADDRESS)
        until = st.date_input("To the week of", None, key="until", **_IN_ADDRESS)
        group = _choose_group(groups) if groups else None
    state().arrived = False
    wanted = FaceFilter(
        labels=frozenset(None if label == NO_CLASS else label for label in labels),
        intended=frozenset(None if label == _NOTHING else label for label in intended),
        sources=frozenset(sources),
        confidence=frozenset(confidence),
        agreement=frozenset(agreement),
        group=group,
        disputed=None if says is None else says == _OTHER,
        since=since,
        until=until,
    )
    # On phones, where there is no room beside the faces, the filters come when asked for: see `look`.
    chosen = len(wanted.in_words())
    asking.toggle(f"Show filters ({chosen} chosen)" if chosen else "Show filters", key="show-filters")
    return wanted


def quarter_word(quarter: int) -> str:
    return QUARTER_WORDS[quarter].capitalize()


def _keep_on_the_way_back() -> None:
    """Streamlit's way back to a page leads over its address without what it said, which would choose nothing. Begun
    once more, the page is as it was left."""
    is_in_address = any(key in st.query_params for key in KEYS)
    if state().arrived and not is_in_address and get_script_run_ctx().is_history_navigation:
        st.rerun()


def _any_of(question: str, options, words, key: str, help: str | None = None) -> list:
    return st.pills(question, options, format_func=words, selection_mode="multi", key=key, help=help, **_IN_ADDRESS)


def _choose_group(groups: list[tuple[str, str]]) -> tuple[str, str] | None:
    return st.selectbox(
        "Participants who say they are",
        groups,
        None,
        format_func=": ".join,
        placeholder="Any group",
        key="group",
        **_IN_ADDRESS,
    )


def _class_or_none(label: Emotion | str) -> str:
    return class_word(None if label == NO_CLASS else label)


def _asked_word(label: Emotion | str) -> str:
    return label if label == _NOTHING else word(label)
