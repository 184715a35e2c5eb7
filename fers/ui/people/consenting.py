"""The parts of the page where people agree to take part."""

from functools import partial

import streamlit as st

from fers.domain.consent import Consent, ConsentText, Purpose, rewordings
from fers.domain.own_words import as_read_in
from fers.domain.people import Person
from fers.domain.studies import Study
from fers.languages import ORIGINAL
from fers.ui import guard
from fers.ui.confirming import confirmed
from fers.ui.languages import _, language, ngettext, translated
from fers.ui.services import platform
from fers.ui.words import as_typed, quoted


def show(text: ConsentText) -> None:
    """What somebody is asked to agree to."""
    st.markdown(quoted(text.body))


def say_who_translated(study: Study, text: ConsentText) -> None:
    """Under a translation that the study's owner has not checked."""
    if text.language != ORIGINAL and text.language not in study.checked_languages:
        st.caption(
            _("This translation was made by a machine, and the people who run this study have not checked it yet.")
        )


def show_what_changed(study: Study, before: ConsentText, text: ConsentText) -> None:
    """What somebody who agreed to the words before has yet to read, and the whole text for whoever wants it."""
    st.title(_("Something has changed"))
    st.write(
        _(
            "“{study}” has changed what it tells participants, so we are asking you again. Your earlier choices are "
            "still ticked below. Until you agree, the photos you have given stay as they are, and you can't give new "
            "ones.",
            study=as_typed(as_read_in(study, language()).name),
        )
    )
    for rewording in rewordings(before, text):
        with st.container(border=True):
            st.markdown(quoted(rewording.after) or "*" + _("This has been removed:") + "*")
            if rewording.before:
                st.caption(_("Before: {text}", text=quoted(rewording.before)))
    with st.expander(_("Read the whole text")):
        show(text)


def choose(latest: Consent | None, text: ConsentText) -> frozenset[Purpose]:
    """What somebody agrees to. Nothing is ticked beforehand but what they chose earlier."""

    def ticked(purpose: Purpose, possible: bool = True) -> bool:
        before = latest is not None and latest.permits(purpose)
        key = f"{purpose}-{text.sha256}"
        return st.checkbox(translated(purpose.question), before, disabled=not possible, key=key) and possible

    store = ticked(Purpose.STORE)
    others = [purpose for purpose in Purpose if purpose is not Purpose.STORE]
    chosen = {purpose for purpose in others if ticked(purpose, possible=store)}
    return frozenset({Purpose.STORE, *chosen} if store else ())


def is_adult(latest: Consent | None, text: ConsentText) -> bool:
    return st.checkbox(_("I am 18 or older."), latest is not None, key=f"adult-{text.sha256}")


def say_what_it_means(latest: Consent | None, chosen: frozenset[Purpose], given: int) -> None:
    """What follows from these choices for the `given` photos that are there."""
    if Purpose.STORE not in chosen:
        st.info(_("Without the first choice you can still try it out: you see the guess, but nothing is kept."))
    elif given and latest is not None and latest.purposes - chosen:
        st.info(
            ngettext(
                "The photo you have given will no longer be used for what you unticked. If you tick it again later, "
                "that applies to new photos only.",
                "The {count} photos you have given will no longer be used for what you unticked. If you tick it again "
                "later, that applies to new photos only.",
                given,
            )
        )


def save(actor: Person, text: ConsentText, chosen: frozenset[Purpose], adult: bool, button: str, given: int) -> bool:
    """Whether the choices were saved. Where photos are lost by them, that is asked once more."""
    give = partial(platform().consents.give, actor, text.sha256, chosen, adult)
    if given and Purpose.STORE not in chosen:
        gone = ngettext(
            "The photo you have given to this study will be deleted at once, for good.",
            "The {count} photos you have given to this study will be deleted at once, for good.",
            given,
        )
        return confirmed(button, gone, _("Save and delete my photos"), give, about="photos", wide=True)
    if st.button(button, type="primary", width="stretch"):
        with guard.explaining():
            give()
            return True
    return False
