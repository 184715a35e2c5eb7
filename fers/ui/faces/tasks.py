"""What a participant sees of their study's protocol: what they are asked to show, how far they are, and the end."""

import streamlit as st

from fers.domain.emotions import Emotion
from fers.domain.faces import Display
from fers.domain.people import Person
from fers.domain.protocols import Task
from fers.services.faces.tasks import Ending, Turn
from fers.ui import guard
from fers.ui.faces.result import word
from fers.ui.faces.stage import stage
from fers.ui.languages import N_, _, ngettext, pointing, rounded_down, translated
from fers.ui.own_words import as_said, own_words
from fers.ui.state import state
from fers.ui.words import as_typed

GOODBYE = N_("Thank you, that's everything!")
_SHOW = {
    Emotion.NEUTRAL: N_("Show a neutral face"),
    Emotion.HAPPY: N_("Show happiness"),
    Emotion.SAD: N_("Show sadness"),
    Emotion.SURPRISE: N_("Show surprise"),
    Emotion.FEAR: N_("Show fear"),
    Emotion.DISGUST: N_("Show disgust"),
    Emotion.ANGER: N_("Show anger"),
    Emotion.CONTEMPT: N_("Show contempt"),
}
_WAS_ASKED = {
    Emotion.NEUTRAL: N_("You were asked to show a neutral face."),
    Emotion.HAPPY: N_("You were asked to show happiness."),
    Emotion.SAD: N_("You were asked to show sadness."),
    Emotion.SURPRISE: N_("You were asked to show surprise."),
    Emotion.FEAR: N_("You were asked to show fear."),
    Emotion.DISGUST: N_("You were asked to show disgust."),
    Emotion.ANGER: N_("You were asked to show anger."),
    Emotion.CONTEMPT: N_("You were asked to show contempt."),
}
_HOW = {
    None: N_("Felt or posed, whichever comes naturally. Look into the camera, with light on your face."),
    Display.FELT: N_("Take your time until you feel it. Look into the camera, with light on your face."),
    Display.POSED: N_("Pose it, as an actor would. Look into the camera, with light on your face."),
}


def was_asked(emotion: Emotion) -> str:
    """What was asked for, in a sentence."""
    return translated(_WAS_ASKED[emotion])


def heading(turn: Turn | None) -> str:
    return translated(_SHOW[turn.task.intended]) if turn and turn.task else _("Show an expression")


def tell(actor: Person, turn: Turn | None) -> None:
    """What to do, above the camera."""
    task = turn.task if turn else None
    if turn is None or task is None:
        st.write(_("Any expression, felt or posed. Look into the camera, with light on your face."))
        return
    st.progress(turn.done / turn.length, f"**{_of(turn)}**")
    if task.scenario:
        own = own_words(actor)
        with st.container(border=True), as_said(own, "scenario"):
            st.write(as_typed(own.say(task.scenario)))
    st.write(translated(_HOW[task.display]))


def recall(turn: Turn | None) -> None:
    """What was asked for, beside the photo that came of it."""
    if turn and turn.task:
        st.caption(f"{_of(turn)} · {was_asked(turn.task.intended)}")


def _of(turn: Turn) -> str:
    return _("{step} of {steps}", step=turn.done + 1, steps=turn.length)


def offer_ways_out(actor: Person, turn: Turn | None) -> None:
    """Leave one task out, or go on another time."""
    if turn is None or turn.task is None:
        return
    with st.container(horizontal=True):
        if st.button(_("Skip this one"), type="tertiary", icon=pointing("skip_next"), key=f"skip-{turn.step}"):
            _do(actor, lambda: stage().tasks.skip(actor, turn))
        if st.button(_("Stop here for now"), type="tertiary", icon=":material/pause:", key=f"stop-{turn.step}"):
            state().pausing = True
            _do(actor, lambda: stage().tasks.leave(actor))


def _do(actor: Person, change) -> None:
    with guard.explaining():
        change()
        state().next_photo()
        st.rerun()


def say_goodbye(actor: Person, turn: Turn) -> None:
    """The end of somebody's tasks, or a pause: how they did, how far the study is, and where to go from here."""
    if (ending := stage().tasks.ending(actor)) is None:
        return
    if turn.task is None and not turn.is_through:
        st.write(_nothing_left(ending))
    elif turn.task is not None:
        st.write(
            _(
                "You have done {done} of {steps}. The rest will wait: come back whenever you like.",
                done=turn.done,
                steps=turn.length,
            )
        )
    for line in told_of(ending):
        st.write(line)
    if ending.filled is not None:
        filled = rounded_down(ending.filled)
        st.progress(ending.filled, _("The study has {share} of the photos it asks for.", share=filled))
    with st.container(horizontal=True, vertical_alignment="center"):
        if turn.task is not None and st.button(_("Continue"), type="primary", icon=":material/play_arrow:"):
            state().pausing = False
            st.rerun()
        if state().rehearsing:
            return
        st.page_link("pages/my_data.py", label=_("See what you gave"), icon=":material/folder_shared:")
        st.page_link("pages/live.py", label=_("Watch the machine guess live"), icon=":material/videocam:")


def say_goodbye_freely() -> None:
    """The end in a study without tasks, for whoever said that they are done."""
    st.write(_("Every photo helps. You can give more whenever you like."))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Give another photo"), icon=":material/photo_camera:"):
            state().finishing = False
            st.rerun()
        if not state().rehearsing:
            st.page_link("pages/my_data.py", label=_("See what you gave"), icon=":material/folder_shared:")


def goodbye_heading(turn: Turn) -> str:
    if turn.task is not None:
        return _("Thanks so far!")
    return translated(GOODBYE) if turn.is_through else _("Thank you for coming!")


def _nothing_left(ending: Ending) -> str:
    if ending.given + ending.skipped:
        return _("The study has all it needs from your remaining tasks, or others are working on them right now.")
    return _(
        "The study has all the photos it needs at the moment, or others are giving the last ones right now. Check back "
        "later: a place may open up."
    )


def told_of(ending: Ending) -> list[str]:
    """How somebody did, in sentences."""
    told = []
    if ending.given:
        told.append(
            ngettext(
                "You gave {count} photo. Every photo helps.",
                "You gave {count} photos. Every photo helps.",
                ending.given,
            )
        )
    if ending.skipped:
        told.append(
            ngettext(
                "You skipped {count} task. That's fine: nobody has to show anything.",
                "You skipped {count} tasks. That's fine: nobody has to show anything.",
                ending.skipped,
            )
        )
    if ending.compared == 1:
        told.append(_("You and the machine agreed.") if ending.agreed else _("You and the machine did not agree."))
    elif ending.compared:
        agreed = {"agreed": ending.agreed, "photos": ending.compared}
        told.append(_("You and the machine agreed on **{agreed} of {photos}**.", **agreed))
    return told


def task_words(task: Task) -> str:
    """A task in one line, for the study's owner."""
    how = f", {task.display}" if task.display else ""
    scenario = f": “{as_typed(task.scenario)}”" if task.scenario else ""
    return f"{word(task.intended)}{how}{scenario}"
