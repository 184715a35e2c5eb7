"""The router: who is here, and which pages are theirs. Every run of the app begins in this file."""

from functools import partial

import streamlit as st

from fers.domain.people import Person
from fers.domain.permissions import Action, allowed
from fers.ui import guard, look, session
from fers.ui.services import platform
from fers.ui.state import state

SIGN_IN = st.Page("pages/sign_in.py", title="Welcome", icon=":material/waving_hand:")
SET_UP = st.Page("pages/setup.py", title="Set up", icon=":material/key:", visibility="hidden")
JOIN = st.Page("pages/join.py", title="Invitation", icon=":material/mail:", visibility="hidden")
PERSONAL_CODE = st.Page("pages/personal_code.py", title="Your code", icon=":material/key:")
CONSENT = partial(st.Page, "pages/consent.py", title="Taking part", icon=":material/handshake:")
GIVE = partial(st.Page, "pages/give.py", title="Give a photo", icon=":material/photo_camera:")
LIVE = partial(st.Page, "pages/live.py", title="Live", icon=":material/videocam:")
MY_DATA = partial(st.Page, "pages/my_data.py", title="My data", icon=":material/folder_shared:")
MODELS = st.Page("pages/models.py", title="Models", icon=":material/neurology:")
COMPARE = st.Page("pages/arena.py", title="Compare", icon=":material/leaderboard:")
FIELD = st.Page("pages/field.py", title="In the field", icon=":material/monitoring:")
STUDY = st.Page("pages/study.py", title="Study", icon=":material/tune:")
EXPLORE = st.Page("pages/explore.py", title="Explore", icon=":material/grid_view:")
REVIEW = st.Page("pages/review.py", title="Review", icon=":material/rate_review:")
AGREEMENT = st.Page("pages/agreement.py", title="Agreement", icon=":material/balance:")
DATASETS = st.Page("pages/datasets.py", title="Datasets", icon=":material/inventory_2:")
# Pages of tables and galleries, which take the width there is. What participants meet stays a column.
WIDE = frozenset({MODELS, COMPARE, FIELD, STUDY, EXPLORE, AGREEMENT, DATASETS})
SIGN_OUT = st.Page(session.sign_out_page, title="Sign out", icon=":material/logout:", url_path="sign_out")


def pages_for(person: Person | None) -> list[st.Page]:
    """The pages `person` may see; the first one opens by itself. Hidden ones can be asked for by their address."""
    if person is None:
        return [SIGN_IN, SET_UP, JOIN, *(page(visibility="hidden") for page in (GIVE, LIVE, MY_DATA, CONSENT))]
    if state().personal_code:
        return [PERSONAL_CODE]
    agreed = platform().consents.current(person) is not None
    hidden = [page(visibility="hidden") for page in (GIVE, LIVE)]
    pages = [GIVE(), LIVE(), MY_DATA(), CONSENT()] if agreed else [CONSENT(), MY_DATA(), *hidden]
    study = platform().studies.current(person)
    if allowed(person, Action.REVIEW, study.id):
        pages = [*pages, REVIEW]
    if allowed(person, Action.VIEW_DATASET, study.id):
        pages = [*pages, EXPLORE, AGREEMENT]
    if allowed(person, Action.SHARE_DATASET, study.id):
        pages = [*pages, DATASETS]
    if allowed(person, Action.COMPARE_MODELS):
        pages = [*pages, MODELS, COMPARE, FIELD]
    if allowed(person, Action.MANAGE_STUDY, study.id):
        pages = [*pages, STUDY] if agreed else [STUDY, *pages]
    return [*pages, JOIN, SIGN_OUT]


st.set_page_config(page_title="FERS", page_icon=look.ICON)
look.apply()
with guard.explaining_everything():
    session.come_from_provider()
    session.keep_cookie()
    person = session.person()
    page = st.navigation(pages_for(person), position="top")
    st.set_page_config(layout="wide" if page in WIDE else "centered")
    guard.run(page, person)
