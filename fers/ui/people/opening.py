"""The study page's part about opening: the checklist, trying the study out, and what an ethics board asks for."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from fers.domain.people import Person
from fers.domain.readiness import Item, Part, missing, readiness
from fers.domain.studies import Study
from fers.exporting.data_protection import gaps
from fers.exporting.printing import Document, printed
from fers.languages import LANGUAGES, ORIGINAL
from fers.services.people.consent_words import texts_for
from fers.ui import guard
from fers.ui.services import platform
from fers.ui.state import show_part
from fers.ui.web.data_export import PRINTED_TEXT, address
from fers.ui.words import as_typed
from fers.wording import listed

_LONGEST = 160
"""Characters of what the owner typed that a line repeats."""


def show(actor: Person, study: Study) -> None:
    checklist, board = st.columns([3, 2], gap="large")
    with checklist:
        st.header("Checklist", anchor=False)
        with st.container(border=True):
            for item in readiness(study, {code: LANGUAGES[code] for code in LANGUAGES if code != ORIGINAL}):
                _line(item)
        if study.open:
            _offer_closing(actor, study)
        else:
            _offer_opening(actor, study)
    with board:
        _for_the_board(actor, study)


def _for_the_board(actor: Person, study: Study) -> None:
    st.header("For the ethics board", anchor=False)
    summary = platform().data_protection.summary(actor, study.id)
    st.write(
        "The data-protection summary is a record of processing (Art. 30 GDPR) and an impact assessment (Art. 35), "
        f"filled in from this study's settings. It has {gaps(summary)} gaps that only you can fill: take "
        "the text to work on it."
    )
    with st.container(horizontal=True):
        _download("Data-protection summary", summary, partial(printed, summary), summary.file_name, summary.media_type)
        _download("The same as text", summary, summary.body, f"{summary.name}.md", "text/markdown")
    st.write("The text that participants agree to, with their choices, in each language they can read it in:")
    texts = [platform().consents.printed_text(actor, text.language) for text in texts_for(study)]
    with st.container(horizontal=True):
        for text in texts:
            where = f"{address(actor, PRINTED_TEXT)}?lang={text.language}"
            st.link_button(LANGUAGES[text.language], where, icon=":material/description:")
    if pages := [LANGUAGES[text.language] for text in texts if not text.is_pdf]:
        st.caption(
            f"FERS can't put the letters of {listed(pages)} into a PDF, so you get a page instead, for your browser to "
            "print or to save as a PDF."
        )


def _download(label: str, document: Document, data: str | Callable[[], bytes], name: str, kind: str) -> None:
    key = f"download-{document.name}-{kind}"
    st.download_button(label, data, name, kind, key=key, on_click="ignore", icon=":material/download:")


def _line(item: Item) -> None:
    mark = ":green[:material/check_circle:]" if item.is_done else ":orange[:material/pending:]"
    lacking = "" if item.is_done else " · needed to open" if item.is_required else " · advice"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{mark} **{item.name}**{lacking}  \n{_shortened(as_typed(item.says))}", width="stretch")
        if item.part is Part.OPENING:
            label = "Try it again" if item.is_done else "Try it as a participant"
            st.page_link("pages/rehearse.py", label=label, icon=":material/play_circle:", width="content")
        elif not item.is_done:
            st.button(f"Go to “{item.part}”", key=f"mend-{item.name}", on_click=show_part, args=(item.part.value,))


def _shortened(text: str) -> str:
    """Between words, so that no escaped sign is cut in two."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rpartition(' ')[0]} …"


def _offer_opening(actor: Person, study: Study) -> None:
    lacking = missing(study)
    if lacking:
        st.caption("You can open the study once everything that is needed is there.")
    if st.button("Open the study", type="primary", width="stretch", disabled=bool(lacking)):
        with guard.explaining():
            platform().studies.update(actor, replace(study, open=True), study)
            st.rerun()


def _offer_closing(actor: Person, study: Study) -> None:
    st.caption("The study is open. When you close it, nobody can join or give photos until you open it again.")
    if st.button("Close the study", width="stretch"):
        with guard.explaining():
            platform().studies.update(actor, replace(study, open=False), study)
            st.rerun()
