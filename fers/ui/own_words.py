"""What a study says in its owner's own words, to somebody who reads a page."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fers.domain.own_words import OwnWords, read_in
from fers.domain.people import Person
from fers.ui.faces.stage import stage
from fers.ui.languages import language


def own_words(actor: Person) -> OwnWords:
    """Of the study that the actor is in, in the language of the page where it is there in that."""
    return read_in(stage().studies.current(actor), language())


def as_said(own: OwnWords, key: str) -> DeltaGenerator:
    """A place for them, unique by its `key`. Where they are in another language than the page, the browser is told, so
    that they are read aloud as such (`widgets/page.js`)."""
    return st.container(key=f"{key}-said-in-{own.language}" if own.language != language() else key)
