"""The router: who is here, and which pages are theirs. Every run of the app begins in this file."""

from functools import partial

import streamlit as st

from fers import config
from fers.domain.people import Person
from fers.ui import choosing_language, guard, languages, look, menu, session
from fers.ui.languages import N_, _, translated
from fers.ui.people.signing_in import show_personal_code, welcome
from fers.ui.state import state

HOME, SETUP, JOIN = "pages/sign_in.py", "pages/setup.py", "pages/join.py"
# By address. Each is there for everybody, so that nobody is told it isn't; its own guard says who may see it.
PAGES = {
    "study": ("pages/study.py", "Study", "tune"),
    "explore": ("pages/explore.py", "Explore", "grid_view"),
    "face": ("pages/face.py", "Face", None),
    "rehearse": ("pages/rehearse.py", N_("Rehearsal"), None),
    "review": ("pages/review.py", N_("Review"), "rate_review"),
    "agreement": ("pages/agreement.py", "Agreement", "balance"),
    "datasets": ("pages/datasets.py", "Datasets", "inventory_2"),
    "models": ("pages/models.py", "Models", "neurology"),
    "arena": ("pages/arena.py", "Compare", "leaderboard"),
    "field": ("pages/field.py", "In the field", "monitoring"),
    "give": ("pages/give.py", N_("Give a photo"), "photo_camera"),
    "live": ("pages/live.py", N_("Live"), "videocam"),
    "my_data": ("pages/my_data.py", N_("My data"), "folder_shared"),
    "consent": ("pages/consent.py", N_("Taking part"), "handshake"),
    "sign_out": (session.sign_out_page, N_("Sign out"), "logout"),
}
# Pages of tables and galleries, which take the width there is. What participants meet stays a column.
WIDE = {"review", "study", "explore", "face", "agreement", "datasets", "models", "arena", "field"}


# Those of people who run studies are in English alone.
IN_ENGLISH = {"study", "explore", "face", "agreement", "datasets", "models", "arena", "field"}


def pages_for(person: Person | None) -> list[st.Page]:
    """All pages, those in the menu of `person` first. The others can be asked for by their address."""
    listed = [] if person is None or state().personal_code else [*menu.pages_of(person), "sign_out"]
    # The front page leads whoever is signed in to the first page of their menu.
    home = st.Page(HOME, title=_("Welcome"), default=True, visibility="hidden")
    unlisted = [
        st.Page(SETUP, title=_("Set up"), visibility="hidden"),
        st.Page(JOIN, title=_("Invitation"), visibility="hidden"),
    ]
    hidden = [one_page(name, visibility="hidden") for name in PAGES if name not in listed]
    return [home, *map(one_page, listed), *hidden, *unlisted]


def one_page(name: str, **more) -> st.Page:
    source, title, icon = PAGES[name]
    return st.Page(source, title=translated(title), icon=icon and f":material/{icon}:", url_path=name, **more)


st.set_page_config(page_title="FERS", page_icon=look.ICON)
look.apply()
with guard.explaining_everything():
    languages.begin()
    if config.load().is_demo:
        st.badge(_("Demo: every face is drawn, and nobody here exists."), icon=":material/draw:", color="violet")
    session.come_from_provider()
    session.keep_cookie()
    person = session.begin()
    page = st.navigation(pages_for(person), position="hidden" if menu.is_front_door() else "top")
    in_english = person is not None and page.url_path in IN_ENGLISH
    if in_english:
        languages.only_original()
    choosing_language.tell_browser()
    layout = "wide" if person and page.url_path in WIDE else "centered"
    st.set_page_config(page_title=f"{page.title} · FERS", layout=layout)
    if person and state().personal_code:
        show_personal_code(person)
    else:
        guard.run(page, person, partial(welcome, page.title))
    if not in_english:
        choosing_language.choose()
