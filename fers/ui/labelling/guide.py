"""The labelling guide of a study: written by its owner, shown to annotators beside the faces."""

from functools import lru_cache

import streamlit as st
from markdown_it import MarkdownIt

from fers.domain.labelling_guide import STARTING_GUIDE
from fers.domain.own_words import guide_read_in
from fers.domain.studies import Study
from fers.ui.languages import language, translated


def guide_of(study: Study) -> str:
    """In Markdown; "" where the owner wants none."""
    return STARTING_GUIDE if study.labelling_guide is None else study.labelling_guide


def guide_for_reading(study: Study) -> tuple[str, str]:
    """The same, and the code of the language that it is in: that of the page for ours, and for the owner's where it is
    there in that."""
    if study.labelling_guide is None:
        return translated(STARTING_GUIDE), language()
    own = guide_read_in(study, language())
    return own.say(study.labelling_guide), own.language


def write_guide(study: Study, key: str) -> str | None:
    """Let the owner write the guide. Returns it as the study keeps it."""
    written = st.text_area(
        "Labelling guide",
        guide_of(study),
        key=key,
        height="content",
        help="Annotators read it beside the faces. It starts with our definitions of the eight expressions, in "
        "Markdown: change whatever your study defines differently. Leave it empty for no guide.",
    ).strip()
    return None if written == STARTING_GUIDE.strip() else written


@lru_cache(maxsize=32)
def as_html(markdown: str) -> str:
    """For a widget to show: tags in the text stay text, no picture is fetched from elsewhere, links open beside the
    page, and no heading is above those of the page."""
    writer = MarkdownIt("commonmark", {"html": False}).disable("image")
    tokens = writer.parse(markdown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h3"
        for child in token.children or ():
            if child.type == "link_open":
                child.attrs |= {"target": "_blank", "rel": "noopener noreferrer"}
    return writer.renderer.render(tokens, writer.options, {})
