"""What people may say about themselves, on their own page."""

from functools import partial
from html import escape

import streamlit as st

from fers.domain.groups import MONK_TONES, AgeBand, Gender, SkinTone
from fers.domain.people import Person
from fers.ui import guard
from fers.ui.confirming import confirmed
from fers.ui.languages import N_, _, language, translated
from fers.ui.services import platform
from fers.ui.words import quoted

_ABOUT = {"Age": N_("Age"), "Gender": N_("Gender"), "Skin tone": N_("Skin tone")}
_ANSWERS = {
    AgeBand.UNDER_30: N_("18 to 29"),
    AgeBand.UNDER_45: N_("30 to 44"),
    AgeBand.UNDER_60: N_("45 to 59"),
    AgeBand.OLDER: N_("60 or older"),
    Gender.WOMAN: N_("Woman"),
    Gender.MAN: N_("Man"),
    Gender.ANOTHER: N_("Non-binary or another gender"),
    SkinTone.LIGHT: N_("Monk 1 to 3"),
    SkinTone.MEDIUM: N_("Monk 4 to 6"),
    SkinTone.DARK: N_("Monk 7 to 10"),
}
_SWATCH = '<i style="display:inline-block;width:1.6rem;height:1.6rem;border-radius:.3rem;background:{}"></i>'


def show(actor: Person) -> None:
    """Nothing, where the study does not ask and nothing was said."""
    groups = platform().groups
    words, description = groups.words(actor, language()), groups.mine(actor)
    if words is None and description is None:
        return
    with st.expander(_("About you (optional)"), icon=":material/person:"):
        if description is not None:
            answers = [(translated(_ABOUT[about]), _word(answer)) for about, answer in description.said().items()]
            st.markdown("\n".join([_("What you said:"), "", *(f"- {about}: {answer}" for about, answer in answers)]))
            gone = _("What you said about yourself will be erased at once. Your photos stay.")
            erase, icon = partial(groups.erase, actor), ":material/delete:"
            if confirmed(_("Erase it"), gone, _("Yes, erase it"), erase, about="description", icon=icon):
                st.rerun()
        if words is not None:
            st.markdown(quoted(words.body))
            _ask(actor, words.sha256)


def _ask(actor: Person, words_sha256: str) -> None:
    before = platform().groups.mine(actor)
    with st.form("about-you", border=False):
        age = _choose(_("Age"), AgeBand, before and before.age)
        gender = _choose(_("Gender"), Gender, before and before.gender)
        skin = _choose(_("Skin tone"), SkinTone, before and before.skin)
        st.html("".join(f"<p>{escape(_word(tone))}: {_swatches(tone)}</p>" for tone in SkinTone))
        agreed = st.checkbox(_("I explicitly agree that the study keeps what I say here, for the purpose named above."))
        if st.form_submit_button(_("Save"), type="primary"):
            with guard.explaining():
                platform().groups.describe(actor, words_sha256, agreed, age, gender, skin)
                st.rerun()


def _choose(question: str, answers, before):
    """One of `answers`, or None for no answer; `before` is chosen to begin with."""
    options = [None, *answers]
    return st.selectbox(question, options, options.index(before), format_func=_word)


def _word(answer: str | None) -> str:
    """An answer as people read it."""
    return translated(_ANSWERS[answer]) if answer else _("I'd rather not say")


def _swatches(tone: SkinTone) -> str:
    return " ".join(_SWATCH.format(colour) for colour in MONK_TONES[tone])
