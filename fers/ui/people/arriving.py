"""Where the link of a panel leads: to the consent with one click, or to words that say why not."""

import streamlit as st

from fers.domain.own_words import as_read_in
from fers.domain.people import Person
from fers.domain.recruiting import Participation
from fers.domain.studies import Study
from fers.errors import FersError
from fers.services.people.arrivals import Arrival, Coming
from fers.ui import guard, session
from fers.ui.languages import _, in_words, language, pointing
from fers.ui.people import leaving
from fers.ui.services import platform
from fers.ui.web.answering import note
from fers.ui.web.caller import caller
from fers.ui.words import as_typed, quoted


def arrive(study_code: str) -> None:
    """The page of somebody who came by such a link."""
    said, who = st.query_params.to_dict(), session.person()
    try:
        arrival = platform().arrivals.look(study_code, said, caller(), session.device(), who)
    except FersError as error:
        st.title(_("This link doesn't work"))
        note(error)
        for sentence in in_words(error):
            st.write(as_typed(sentence))
        return
    if arrival.coming is Coming.BACK and arrival.participation:
        _welcome_back(arrival, arrival.participation, who)
    elif arrival.coming is Coming.ELSEWHERE:
        _turn_away(arrival.study)
    elif arrival.coming is Coming.NEW:
        _invite(arrival, who)
    else:
        _wait(arrival)


def _invite(arrival: Arrival, who: Person | None) -> None:
    study = as_read_in(arrival.study, language())
    st.title(_("Take part in “{study}”", study=as_typed(study.name)))
    st.write(quoted(_("**What the study is for.** {purpose}", purpose=study.purpose)))
    st.write(
        _(
            "You need no account and no password. On the next page you read what taking part means, and decide. Your "
            "id on the site that sent you is kept with how far you got, so that you can be paid."
        )
    )
    if who is not None:
        st.info(_("Somebody is signed in to FERS in this browser. If you continue, they will be signed out."))
    _offer_to_continue(arrival)


def _welcome_back(arrival: Arrival, mine: Participation, who: Person | None) -> None:
    is_in = who is not None and who.id == mine.person_id
    if not mine.is_over:
        if is_in:
            st.switch_page("pages/give.py")
        st.title(_("Welcome back!"))
        name = as_read_in(arrival.study, language()).name
        st.write(_("You have begun “{study}” in this browser. Go on where you were.", study=as_typed(name)))
        _offer_to_continue(arrival)
        return
    st.title(_("You have already taken part"))
    st.write(_("Each person can take part once. Thank you! Here is how you get back, in case you missed it."))
    leaving.offer_way_back(arrival.study.recruiting.exit_for(mine.status), arrival.panel_id)
    if is_in:
        st.page_link("pages/my_data.py", label=_("See what you gave"), icon=":material/folder_shared:")


def _offer_to_continue(arrival: Arrival) -> None:
    if not st.button(_("Continue"), type="primary", icon=pointing("arrow_forward"), width="stretch"):
        return
    with guard.explaining():
        said, code = st.query_params.to_dict(), arrival.study.join_code
        before = session.token()
        session.sign_in(platform().arrivals.begin(code, said, caller(), session.device()))
        if before:  # Of whoever was signed in: as was said, they are no more.
            platform().accounts.sign_out(before)
        session.remember()
        st.switch_page("pages/give.py")  # By way of the consent, for whoever has yet to agree.


def _turn_away(study: Study) -> None:
    st.title(_("This link was opened before"))
    st.write(
        _(
            "Each link is for one person, who begins in one browser and goes on there. An id alone opens nobody's "
            "data: others could guess it."
        )
    )
    advice = (
        _("**You began on another device or in another browser?** Open the link there."),
        _("**You began here a moment ago,** in another tab? Go on there, or reload this page."),
        _("**You have finished, declined or withdrawn?** Then nothing is left to do. You can close this page."),
    )
    st.markdown("\n".join(f"- {line}" for line in advice))
    st.write(
        _("If none of that helps, write to the people who run this study: {contact}", contact=quoted(study.contact))
    )


def _wait(arrival: Arrival) -> None:
    """The waiting room. Whoever is in it isn't counted, and nothing of them is kept."""
    if arrival.coming is Coming.FULL:
        st.title(_("The study is full at the moment"))
        st.write(
            _(
                "It has all the photos it needs, or others are giving the last ones right now. A place may open up: "
                "you can look again in a few minutes."
            )
        )
    else:
        st.title(_("The study is closed"))
        st.write(_("It takes nobody at the moment. It may open again: you can look again later."))
    st.write(_("You are not counted as having taken part, and nothing about you was kept."))
    if st.button(_("Look again"), icon=":material/refresh:", width="stretch"):
        st.rerun()
    leaving.offer_way_back(arrival.study.recruiting.screened_out, arrival.panel_id)
