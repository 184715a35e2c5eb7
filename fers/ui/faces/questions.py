"""What people are asked about their own face, before or after they see the machine's guess."""

import streamlit as st

from fers.domain.emotions import Emotion
from fers.domain.faces import Answer, Display, Prediction
from fers.ui.faces.affect_grid import affect_grid
from fers.ui.faces.result import CANT_TELL, answer_word, word_inside
from fers.ui.languages import N_, _, translated

_DISPLAY_WORDS = {Display.FELT: N_("I felt it"), Display.POSED: N_("I posed it")}


def ask_first(key: str, display: Display | None = None) -> Answer | None:
    """Ask without showing a guess. `display`: felt or posed, where that is known. Returns the answer in the run in
    which it is given."""
    labels = [*Emotion, CANT_TELL]
    label = st.pills(_("Which expression is it?"), labels, format_func=answer_word, key=f"label-{key}", wrap=True)
    details = _ask_details(key, display)
    if not st.button(_("Save and see the guess"), type="primary", width="stretch", disabled=label is None):
        return None
    return _answer(label, details, before_prediction=True)


def ask_afterwards(key: str, prediction: Prediction, display: Display | None = None) -> Answer | None:
    """Ask whether the guess is right, or which expression it is when the model is not sure.

    Returns the answer in the run in which it is given.
    """
    guess = prediction.top(1)[0][0]
    details = _ask_details(key, display)
    if not prediction.sure:
        return _ask(key, _("Which expression is it?"), [*Emotion, CANT_TELL], details)
    yes = _("Yes, that's {expression}", expression=word_inside(guess))
    if st.button(yes, type="primary", icon=":material/check:", width="stretch"):
        return _answer(guess, details, before_prediction=False)
    others = [*(emotion for emotion in Emotion if emotion is not guess), CANT_TELL]
    return _ask(f"{key}-{guess}", _("No, it's:"), others, details)


def ask_no_label(key: str, display: Display | None = None) -> Answer | None:
    """For studies whose participants don't say which expression it is. Returns the answer in the run it is given in."""
    details = _ask_details(key, display)
    if not st.button(_("Save it"), type="primary", icon=":material/check:", width="stretch"):
        return None
    return _answer(CANT_TELL, details, before_prediction=False)


def _ask(key: str, question: str, labels: list[Emotion | str], details: dict) -> Answer | None:
    label = st.pills(question, labels, format_func=answer_word, key=f"label-{key}", wrap=True)
    if label is None or not st.button(_("Save my answer"), type="primary", width="stretch"):
        return None
    return _answer(label, details, before_prediction=False)


def _ask_details(key: str, display: Display | None) -> dict:
    """Felt or posed, unless that is known, and, for those who like, how strong, how pleasant and how excited."""
    if display is None:
        question, options = _("Did you feel it or pose it?"), list(Display)
        display = st.segmented_control(
            question,
            options,
            format_func=lambda display: translated(_DISPLAY_WORDS[display]),
            key=f"display-{key}",
            width="stretch",
        )
    with st.expander(_("Say more (optional)")):
        intensity = st.segmented_control(
            _("How strong is it? 1: barely there, 5: very strong"), range(1, 6), key=f"intensity-{key}", width="stretch"
        )
        st.caption(_("How pleasant and how excited does it look? Click in the square."))
        valence, arousal = affect_grid(f"affect-{key}") or (None, None)
    return {"display": display, "intensity": intensity, "valence": valence, "arousal": arousal}


def _answer(label: Emotion | str, details: dict, before_prediction: bool) -> Answer | None:
    if details["display"] is None:
        st.warning(_("One thing is missing: did you feel it or pose it?"))
        return None
    return Answer(None if label == CANT_TELL else label, before_prediction, **details)
