"""The machine's guess, drawn to be looked at: the top three expressions, and all eight on request."""

from html import escape

import streamlit as st

from fers.domain.emotions import Emotion
from fers.domain.faces import Prediction
from fers.ui.languages import N_, _, percent, translated
from fers.ui.words import as_typed

_STYLE = """
<style>
ol.fers-guess { --bar: #d9623a; --track: color-mix(in srgb, currentColor 13%, transparent); padding: 0; }
ol.fers-guess li { list-style: none; margin: 0 0 .55rem; display: grid; grid-template-columns: 1fr auto; gap: 0 .8rem; }
.fers-guess .bar { grid-column: 1 / -1; height: .5rem; border-radius: 1rem; background: var(--track); }
.fers-guess .bar i { display: block; height: 100%; min-width: .3rem; border-radius: 1rem; background: var(--bar); }
.fers-guess b { font-variant-numeric: tabular-nums; }
.fers-guess.top li:first-child { font-size: clamp(1.9rem, 6vw, 2.6rem); font-weight: 700; line-height: 1.25; }
.fers-guess.top li:first-child .bar { height: .8rem; }
.fers-guess.top li:not(:first-child) .bar i { opacity: .6; }
</style>
"""


def show_result(prediction: Prediction, blind: bool = False) -> None:
    """Draw the card for `prediction`; `blind`: without saying whose it is."""
    with st.container(border=True):
        st.caption(_("The machine's guess"))
        if not prediction.can_tell:
            st.subheader(_("Can't tell"), anchor=False)
            st.write(
                _(
                    "This picture is unlike the faces that the model learned from. Is your whole face in the "
                    "box, sharp and uncovered? Then it might be one of these:"
                )
            )
        elif not prediction.sure:
            st.subheader(_("Not sure"), anchor=False)
            st.write(_("It might be one of these:"))
        st.html(_STYLE + _bars(prediction.top(3), "top" if prediction.sure else "unsure"))
        with st.expander(_("All eight expressions")):
            st.html(_bars(prediction.top(len(Emotion)), "all"))
            if prediction.valence is not None and prediction.arousal is not None:
                st.caption(
                    _(
                        "Valence {valence} (-1 unpleasant, +1 pleasant), arousal {arousal} (-1 calm, +1 excited)",
                        valence=f"{prediction.valence:+.1f}",
                        arousal=f"{prediction.arousal:+.1f}",
                    )
                )
            if not blind:
                version = as_typed(prediction.model_version)
                st.caption(_("Model {model}, version {version}", model=prediction.model_id, version=version))


_WORDS = {
    Emotion.NEUTRAL: N_("Neutral"),
    Emotion.HAPPY: N_("Happy"),
    Emotion.SAD: N_("Sad"),
    Emotion.SURPRISE: N_("Surprise"),
    Emotion.FEAR: N_("Fear"),
    Emotion.DISGUST: N_("Disgust"),
    Emotion.ANGER: N_("Anger"),
    Emotion.CONTEMPT: N_("Contempt"),
}
# The same within a sentence, where other languages write it otherwise.
_INSIDE = {
    Emotion.NEUTRAL: N_("neutral"),
    Emotion.HAPPY: N_("happy"),
    Emotion.SAD: N_("sad"),
    Emotion.SURPRISE: N_("surprise"),
    Emotion.FEAR: N_("fear"),
    Emotion.DISGUST: N_("disgust"),
    Emotion.ANGER: N_("anger"),
    Emotion.CONTEMPT: N_("contempt"),
}


def word(emotion: Emotion) -> str:
    """The name of an expression as participants read it."""
    return translated(_WORDS[Emotion(emotion)])


def word_inside(emotion: Emotion) -> str:
    """The same within a sentence."""
    return translated(_INSIDE[Emotion(emotion)])


CANT_TELL = N_("Can't tell")
"""What people say who name no expression."""


def answer_word(label: Emotion | str | None) -> str:
    """An answer as people read it: an expression, or that they can't tell (None, or CANT_TELL among choices)."""
    return translated(CANT_TELL) if label in (None, CANT_TELL) else word(label)


def _bars(ranked: list[tuple[Emotion, float]], style: str) -> str:
    rows = "".join(
        f"<li><span>{escape(word(emotion))}</span><b>{escape(percent(confidence))}</b>"
        f'<span class="bar" aria-hidden="true"><i style="width:{confidence:.1%}"></i></span></li>'
        for emotion, confidence in ranked
    )
    return f'<ol class="fers-guess {style}">{rows}</ol>'
