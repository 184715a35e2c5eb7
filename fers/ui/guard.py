"""What stands in front of every page: who may enter, and what is said when something fails."""

import logging
import runpy
import secrets
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from fers.config import HOME
from fers.domain.people import Person
from fers.domain.permissions import Action, allowed, require
from fers.errors import FersError, ModelRejected, NotSignedIn, OutOfOrder, UnknownModel
from fers.ui.languages import _, in_words
from fers.ui.services import platform
from fers.ui.session import person
from fers.ui.state import state
from fers.ui.web.answering import note
from fers.ui.words import as_typed

FRONT_DOOR = HOME / "app.py"
REHEARSAL = "rehearse"
"""The address of the page that rehearsals take place on: they end with leaving it."""

log = logging.getLogger(__name__)


@contextmanager
def explaining_everything() -> Iterator[None]:
    """Turn every failure inside into words: nothing may reach the browser as a stack trace."""
    try:
        yield
    except FersError as error:
        explain(error)
    except Exception as error:
        explain_unexpected(error)


def run(page, actor: Person | None, way_in: Callable[[], None]) -> None:
    """Run a page of `st.navigation` for whoever is signed in; in the place of one that is not for everybody, somebody
    signed out is shown the way in, and finds the page there afterwards. Called by `app.py` alone: pages that anything
    else runs turn people away."""
    state().routed, state().actor = True, actor
    if state().page != page.url_path:
        state().is_first_page = state().page is None
        state().page, state().arrived = page.url_path, True
        state().forms.clear()
    if state().rehearsing and page.url_path != REHEARSAL:
        state().rehearse(None)
    try:
        page.run()
    except NotSignedIn:
        way_in()
    finally:
        state().routed = False


def enter(action: Action) -> Person:
    """Begin a page for people who may do `action`. Returns who is there. Raises NotSignedIn or NotPermitted."""
    enter_public()
    actor = person()
    study_id = platform().studies.current(actor).id
    actor = require(actor, action, study_id)
    _keep_to(study_id)
    return actor


def _keep_to(study_id: str) -> None:
    """Where somebody has gone on to another study in another tab, it is shown here before anything is done: what they
    just pressed was meant for the study that this tab showed."""
    before, state().study_id = state().study_id, study_id
    if before not in (None, study_id):
        st.rerun()


def enter_agreed(page: str) -> Person:
    """Begin `page`, on which people give their face. Returns who is there; who has yet to agree to the study's terms is
    led to them, and back from there. Whom nothing is asked of any more finds out on the page "give". Raises
    NotSignedIn."""
    actor = enter(Action.GIVE_FACE)
    if platform().consents.current(actor) is None:
        st.switch_page("pages/consent.py", query_params={"then": page})
    mine = platform().participations.mine(actor)
    if page != "give" and mine is not None and mine.is_over:
        st.switch_page("pages/give.py")
    return actor


def enter_public() -> None:
    """Begin a page for everybody.

    Streamlit runs a file in `pages/` on its own when it is asked for before `app.py` ever ran. Whoever asks for one so
    is let in by the front door instead: `app.py` decides what they may see. A page that is run as a script of its own
    has no such door and shows the way to it.
    """
    if state().routed:
        return
    if Path(get_script_run_ctx().main_script_path).resolve() != FRONT_DOOR:
        st.info(_("Please open this page from the start page."))
        st.markdown("[" + _("Go to the start page") + "](/)")
        st.stop()
    runpy.run_path(str(FRONT_DOOR))
    st.stop()


def for_whoever_is_here(show: Callable) -> Callable:
    """Of a part of a page that is drawn anew by itself for as long as the page is open, as fragments and dialogs are:
    `show` gets whoever is signed in by then, with the roles they have by then, before what it is called with. Where
    nobody is any more, the whole page is drawn anew; what fails is said in its place."""

    @wraps(show)
    def shown(*about, **more):
        if (actor := person()) is None:
            st.rerun()
        with explaining():
            return show(actor, *about, **more)

    return shown


@contextmanager
def explaining() -> Iterator[None]:
    """Show a FersError raised inside where it happened, and let the rest of the page go on."""
    try:
        yield
    except FersError as error:
        explain(error)


def explain(error: FersError) -> None:
    """Say what happened and what to do next; what only whoever runs FERS can do something about goes to the log."""
    error = _for_whoever_is_here(error)
    note(error)
    what, advice = in_words(error)
    st.error(f"**{as_typed(what)}** {as_typed(advice)}".strip(), icon=":material/info:")


def _for_whoever_is_here(error: FersError) -> FersError:
    """What is wrong with a model is for people who work with models."""
    if isinstance(error, ModelRejected | UnknownModel) and not _works_with_models(state().actor):
        return OutOfOrder("model.unusable", problem=error)
    return error


def _works_with_models(actor: Person | None) -> bool:
    studies = (None, *(membership.study_id for membership in actor.memberships)) if actor else ()
    return any(allowed(actor, Action.COMPARE_MODELS, at) for at in studies)


def explain_unexpected(error: Exception) -> bool:
    """Log an error nobody foresaw and show its reference number. Returns True: Streamlit has nothing to add.

    Only the places in the code are logged: messages and values might hold what a person typed.
    """
    reference = secrets.token_hex(4)
    log.error("Unexpected %s, reference %s, at %s", type(error).__name__, reference, places(error))
    st.error(
        _(
            "Something went wrong on our side. Please try again. If it happens again, tell the people who run this "
            "study the number **{reference}**.",
            reference=reference,
        ),
        icon=":material/error:",
    )
    return True


def places(error: BaseException) -> str:
    """Where in the code an error came up, and nothing else of it: what can be logged."""
    return " > ".join(f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__))
