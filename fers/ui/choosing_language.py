"""What a page does about its language: the browser is told, and somebody may choose another one."""

import streamlit as st

from fers.languages import LANGUAGES, ORIGINAL, RIGHT_TO_LEFT
from fers.ui.languages import COOKIE, N_, _, language, translated
from fers.ui.state import state, widget_value
from fers.ui.widgets import widget

_page = widget("page")

_STREAMLIT_SAYS = (
    N_("Take Photo"),
    N_("Clear photo"),
    N_("Switch camera"),
    N_("This app would like to use your camera."),
    N_("Learn how to allow access."),
    N_("Upload"),
    N_("Uploading..."),
    N_("Add files"),
    N_("Drag and drop a file here"),
    N_("Drag and drop files here"),
    N_("{size} per file"),
    N_("Press Enter to submit form"),
    N_("Press Enter to apply"),
    N_("Show password"),
    N_("Hide password"),
    N_("Clear entry"),
    N_("Clear value"),
    N_("Open"),
    N_("Close"),
    N_("No results"),
    N_("Choose an option"),
    N_("Copy to clipboard"),
    N_("Copied"),
    N_("Fullscreen"),
    N_("Fullscreen: {picture}"),
    N_("progress"),
    N_("file upload"),
    N_("Increment"),
    N_("Decrement"),
    N_("Link to heading"),
    N_("Main menu"),
    N_("App pages"),
    N_("Sidebar"),
    N_("Collapse sidebar"),
    N_("Expand sidebar"),
    N_("Skip to main content"),
    N_("Page not found"),
)
"""Its words that participants and annotators meet: their translations are put in their place in the browser."""
_NAMED = {"streamlit_cropper.st_cropper": N_("Your face in the box")}
"""What is read aloud of its frames in any language, and what they are."""


def tell_browser() -> None:
    """Say which language the page is in, and have the browser keep what was chosen."""
    data = {
        "language": language(),
        "direction": "rtl" if language() in RIGHT_TO_LEFT else "ltr",
        "cookie": COOKIE,
        "chosen": state().chosen_language,
        "streamlit": {words: translated(message) for words, message in _put_in_place().items()},
    }
    with st.container(key="fers-page"):
        _page(key="page", data=data)


def _put_in_place() -> dict[str, str]:
    """What Streamlit says by itself, and the messages that stand there instead."""
    return _NAMED if language() == ORIGINAL else _NAMED | {words: words for words in _STREAMLIT_SAYS}


def choose() -> None:
    """Let somebody read on in another language."""
    codes, key = list(LANGUAGES), f"read-in-{language()}"
    if len(codes) < 2:
        return
    with st.container(key="fers-languages", horizontal=True, horizontal_alignment="right"):
        st.selectbox(
            _("Language"),
            codes,
            codes.index(language()),
            format_func=LANGUAGES.get,
            key=key,
            label_visibility="collapsed",
            width=150,
            on_change=_read_in,
            args=(key,),
        )


def _read_in(key: str) -> None:
    state().chosen_language = widget_value(key)
