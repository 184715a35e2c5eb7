"""How people whom a panel sent leave: what each is told at the end, and the way back there."""

from urllib.parse import urlsplit

import streamlit as st

from fers.domain.people import Person
from fers.domain.recruiting import Exit, Participation, Status
from fers.ui import guard, session
from fers.ui.confirming import confirmed
from fers.ui.faces import tasks
from fers.ui.in_hand import Farewell
from fers.ui.languages import _, pointing
from fers.ui.services import platform
from fers.ui.state import state
from fers.ui.words import as_typed


def heading(ending: Status) -> str:
    return {
        Status.COMPLETED: _("Thank you, that's everything!"),
        Status.DECLINED: _("That's fine. Thank you!"),
        Status.WITHDREW: _("Everything is deleted"),
        Status.SCREENED_OUT: _("Thank you for coming!"),
        Status.FAILED_CHECK: _("Thank you for your time!"),
    }[ending]


def _words(ending: Status) -> str:
    return {
        Status.COMPLETED: _("You have done all that this study asks."),
        Status.DECLINED: _(
            "Taking part is up to you, and nothing happens because you don't. The account that was made for you is "
            "deleted. All that is kept is your id on the site that sent you, with the note that you declined."
        ),
        Status.WITHDREW: _(
            "Your photos, your answers and your account are gone. All that is kept is your id on the site that sent "
            "you, with the note that you withdrew."
        ),
        Status.SCREENED_OUT: _(
            "This study needs other people at the moment. That says nothing about you, and nothing more is asked of "
            "you."
        ),
        Status.FAILED_CHECK: _(
            "The study ends here for you: one of your answers wasn't the one it needs. You have done nothing wrong, "
            "and nothing more is asked of you. What you gave is under “My data”, where you can withdraw it."
        ),
    }[ending]


def say_goodbye(actor: Person, mine: Participation) -> None:
    """The last page of somebody who is done, or of whom nothing is asked any more."""
    platform().tasks.leave(actor)  # Whatever place was kept for them is somebody else's now.
    st.write(_words(mine.status))
    if mine.status is Status.COMPLETED and (ending := platform().tasks.ending(actor)):
        for line in tasks.told_of(ending):
            st.write(line)
    offer_way_back(platform().studies.current(actor).recruiting.exit_for(mine.status), mine.panel_id)
    st.page_link("pages/my_data.py", label=_("See what you gave"), icon=":material/folder_shared:")


def say_farewell(farewell: Farewell) -> None:
    """The last page of somebody whom a panel sent, and whose account is gone."""
    st.title(heading(farewell.ending))
    st.write(_words(farewell.ending))
    offer_way_back(farewell.way, farewell.panel_id)


def confirm_withdrawal() -> None:
    """Above the front page, to anybody else who has just withdrawn everything."""
    gone = _("Your photos, your answers and your account are gone.")
    st.success(f"**{heading(Status.WITHDREW)}**\n\n{gone}", icon=":material/check_circle:")


def offer_way_back(way: Exit, panel_id: str) -> None:
    """The completion code and the link, as far as the study has them."""
    if way.code:
        st.write(_("Your completion code, for the site that sent you:"))
        st.code(way.code, language=None)
    if way.url:
        url = way.address(panel_id)
        back = _("Go back to {site}", site=as_typed(urlsplit(url).hostname))
        st.link_button(back, url, type="primary", icon=pointing("arrow_back"), width="stretch")
    if not way.leads_somewhere:
        st.write(_("You can close this page now."))


def offer_to_finish(actor: Person) -> bool:
    """In a free study nobody else knows when somebody is done. Returns whether a panel sent them: then they are asked
    here, and nowhere else."""
    mine = _going_on(actor)
    if mine is None or not platform().studies.current(actor).protocol.is_free:
        return False
    if mine.given and st.button(_("I'm done"), icon=":material/check:", key="done"):
        state().next_photo()
        state().finishing = True
        st.rerun()
    return True


def offer_to_stop(actor: Person) -> None:
    """Where a study has nothing to ask at present: it is closed, or others are at the last places."""
    if (mine := _going_on(actor)) is None:
        return
    done = mine.given + mine.skipped > 0
    with st.container(horizontal=True):
        if st.button(_("Look again"), icon=":material/refresh:", key="look-again"):
            st.rerun()
        leave = _("I'm done") if done else _("Leave the study")
        if st.button(leave, type="primary", icon=":material/check:", key="done"):
            own = platform().participations
            _end(lambda: own.complete(actor) if done else own.screen_out(actor))


def lead_out(actor: Person, may_come: bool = True) -> None:
    """To the way back, for somebody whom a panel sent and of whom nothing is left to ask; everybody else goes on here.
    Whoever did something has done what there was to do. Others may wait as long as something `may_come`."""
    if _going_on(actor) is None:
        return
    own = platform().participations
    own.note_progress(actor, platform().studies.current(actor))  # That may have broken off after their last photo.
    if (mine := _going_on(actor)) is None:
        st.rerun()
    if mine.given + mine.skipped:
        _end(lambda: own.complete(actor))
    elif not may_come:
        _end(lambda: own.screen_out(actor))


def _going_on(actor: Person) -> Participation | None:
    mine = None if state().rehearsing else platform().participations.mine(actor)
    return None if mine is None or mine.is_over else mine


def _end(change) -> None:
    with guard.explaining():
        change()
        state().next_photo()
        st.rerun()


def offer_to_decline(actor: Person, mine: Participation | None) -> None:
    """Beside the button that agrees."""
    if mine is None or mine.status is not Status.CAME:
        return
    study = platform().studies.current(actor)
    consequence = _(
        "That's fine, and nobody will ask why. The account that was made for you will be deleted. All that is kept is "
        "your id on the site that sent you, with the note that you declined. You can't begin again by the same link."
    )

    def decline() -> None:
        platform().participations.decline(actor)
        leave(Farewell(Status.DECLINED, study.recruiting.declined, mine.panel_id))

    button, yes = _("I'd rather not take part"), _("Don't take part")
    if confirmed(button, consequence, yes, decline, about="declining", wide=True):
        st.switch_page("pages/join.py")


def farewell_of(actor: Person) -> Farewell:
    """What somebody is told once they have withdrawn everything."""
    mine = platform().participations.mine(actor)
    if mine is None:
        return Farewell(Status.WITHDREW)
    return Farewell(Status.WITHDREW, platform().studies.current(actor).recruiting.declined, mine.panel_id)


def leave(farewell: Farewell) -> None:
    """Sign out of an account that is gone, and remember what is left to say."""
    session.sign_out()
    state().farewell = farewell
