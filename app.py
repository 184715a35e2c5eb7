"""The router: who is here, and which pages are theirs. Every run of the app begins in this file."""

from functools import partial

import streamlit as st

from fers import config
from fers.domain.people import Person
from fers.ui import guard, look, menu, session
from fers.ui.people.signing_in import show_personal_code, welcome
from fers.ui.state import state

# Leads whoever is signed in to the first page of their menu.
HOME = st.Page("pages/sign_in.py", title="Welcome", default=True, visibility="hidden")
UNLISTED = [
    st.Page("pages/setup.py", title="Set up", visibility="hidden"),
    st.Page("pages/join.py", title="Invitation", visibility="hidden"),
]
# By address. Each is there for everybody, so that nobody is told it isn't; its own guard says who may see it.
PAGES = {
    "study": partial(st.Page, "pages/study.py", title="Study", icon=":material/tune:"),
    "explore": partial(st.Page, "pages/explore.py", title="Explore", icon=":material/grid_view:"),
    "face": partial(st.Page, "pages/face.py", title="Face"),
    "review": partial(st.Page, "pages/review.py", title="Review", icon=":material/rate_review:"),
    "agreement": partial(st.Page, "pages/agreement.py", title="Agreement", icon=":material/balance:"),
    "datasets": partial(st.Page, "pages/datasets.py", title="Datasets", icon=":material/inventory_2:"),
    "models": partial(st.Page, "pages/models.py", title="Models", icon=":material/neurology:"),
    "arena": partial(st.Page, "pages/arena.py", title="Compare", icon=":material/leaderboard:"),
    "field": partial(st.Page, "pages/field.py", title="In the field", icon=":material/monitoring:"),
    "give": partial(st.Page, "pages/give.py", title="Give a photo", icon=":material/photo_camera:"),
    "live": partial(st.Page, "pages/live.py", title="Live", icon=":material/videocam:"),
    "my_data": partial(st.Page, "pages/my_data.py", title="My data", icon=":material/folder_shared:"),
    "consent": partial(st.Page, "pages/consent.py", title="Taking part", icon=":material/handshake:"),
    "sign_out": partial(
        st.Page, session.sign_out_page, title="Sign out", icon=":material/logout:", url_path="sign_out"
    ),
}
# Pages of tables and galleries, which take the width there is. What participants meet stays a column.
WIDE = {"review", "study", "explore", "face", "agreement", "datasets", "models", "arena", "field"}


def pages_for(person: Person | None) -> list[st.Page]:
    """All pages, those in the menu of `person` first. The others can be asked for by their address."""
    listed = [] if person is None or state().personal_code else [*menu.pages_of(person), "sign_out"]
    hidden = [PAGES[name](visibility="hidden") for name in PAGES if name not in listed]
    return [HOME, *(PAGES[name]() for name in listed), *hidden, *UNLISTED]


st.set_page_config(page_title="FERS", page_icon=look.ICON)
look.apply()
with guard.explaining_everything():
    if config.load().is_demo:
        st.badge("Demo: every face is drawn, and nobody here exists.", icon=":material/draw:", color="violet")
    session.come_from_provider()
    session.keep_cookie()
    person = session.person()
    page = st.navigation(pages_for(person), position="hidden" if menu.is_front_door() else "top")
    layout = "wide" if person and page.url_path in WIDE else "centered"
    st.set_page_config(page_title=f"{page.title} · FERS", layout=layout)
    if person and state().personal_code:
        show_personal_code(person)
    else:
        guard.run(page, person, partial(welcome, page.title))
