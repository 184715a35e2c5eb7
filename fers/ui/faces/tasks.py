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
from fers.ui.state import state
from fers.ui.words import as_typed

GOODBYE = "Thank you, that's everything!"
_TO_SHOW = {Emotion.NEUTRAL: "a neutral face", Emotion.HAPPY: "happiness", Emotion.SAD: "sadness"}
"""Expressions whose name can't follow "show"."""
_HOW = {
    None: "Felt or posed, whichever comes naturally. Look into the camera, with light on your face.",
    Display.FELT: "Take your time until you feel it. Look into the camera, with light on your face.",
    Display.POSED: "Pose it, as an actor would. Look into the camera, with light on your face.",
}


def to_show(emotion: Emotion) -> str:
    """The expression as it follows "show"."""
    return _TO_SHOW.get(emotion, emotion.label)


def heading(turn: Turn | None) -> str:
    return f"Show {to_show(turn.task.intended)}" if turn and turn.task else "Show an expression"


def tell(turn: Turn | None) -> None:
    """What to do, above the camera."""
    task = turn.task if turn else None
    if turn is None or task is None:
        st.write("Any expression, felt or posed. Look into the camera, with light on your face.")
        return
    st.progress(turn.done / turn.length, f"**{turn.done + 1} of {turn.length}**")
    if task.scenario:
        with st.container(border=True):
            st.write(as_typed(task.scenario))
    st.write(_HOW[task.display])


def recall(turn: Turn | None) -> None:
    """What was asked for, beside the photo that came of it."""
    if turn and turn.task:
        st.caption(f"{turn.done + 1} of {turn.length}: you were asked to show {to_show(turn.task.intended)}.")


def offer_ways_out(actor: Person, turn: Turn | None) -> None:
    """Leave one task out, or go on another time."""
    if turn is None or turn.task is None:
        return
    with st.container(horizontal=True):
        if st.button("Skip this one", type="tertiary", icon=":material/skip_next:", key=f"skip-{turn.step}"):
            _do(actor, lambda: stage().tasks.skip(actor, turn))
        if st.button("Stop here for now", type="tertiary", icon=":material/pause:", key=f"stop-{turn.step}"):
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
        st.write(f"You have done {turn.done} of {turn.length}. The rest will wait: come back whenever you like.")
    for line in told_of(ending):
        st.write(line)
    if ending.filled is not None:
        st.progress(ending.filled, f"The study has {_share(ending.filled)} of the photos it asks for.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if turn.task is not None and st.button("Continue", type="primary", icon=":material/play_arrow:"):
            state().pausing = False
            st.rerun()
        if state().rehearsing:
            return
        st.page_link("pages/my_data.py", label="See what you gave", icon=":material/folder_shared:")
        st.page_link("pages/live.py", label="Watch the machine guess live", icon=":material/videocam:")


def say_goodbye_freely() -> None:
    """The end in a study without tasks, for whoever said that they are done."""
    st.write("Every photo helps. You can give more whenever you like.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Give another photo", icon=":material/photo_camera:"):
            state().finishing = False
            st.rerun()
        if not state().rehearsing:
            st.page_link("pages/my_data.py", label="See what you gave", icon=":material/folder_shared:")


def goodbye_heading(turn: Turn) -> str:
    if turn.task is not None:
        return "Thanks so far!"
    return GOODBYE if turn.is_through else "Thank you for coming!"


def _nothing_left(ending: Ending) -> str:
    if ending.given + ending.skipped:
        return "The study has all it needs from your remaining tasks, or others are working on them right now."
    return (
        "The study has all the photos it needs at the moment, or others are giving the last ones right now. "
        "Check back later: a place may open up."
    )


def told_of(ending: Ending) -> list[str]:
    """How somebody did, in sentences."""
    told = []
    if ending.given:
        skipped = f" and skipped {ending.skipped}" if ending.skipped else ""
        told.append(f"You gave {_many(ending.given, 'photo')}{skipped}. Every photo helps.")
    elif ending.skipped:
        told.append(f"You skipped {_many(ending.skipped, 'task')}. That's fine: nobody has to show anything.")
    if ending.compared == 1:
        told.append(f"You and the machine {'agreed' if ending.agreed else 'did not agree'}.")
    elif ending.compared:
        told.append(f"You and the machine agreed on **{ending.agreed} of {ending.compared}**.")
    return told


def task_words(task: Task) -> str:
    """A task in one line, for whoever runs the study."""
    how = f", {task.display}" if task.display else ""
    scenario = f": “{as_typed(task.scenario)}”" if task.scenario else ""
    return f"{word(task.intended)}{how}{scenario}"


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}{'s' * (count != 1)}"


def _share(filled: float) -> str:
    """Never rounded to all of it."""
    return f"{min(int(filled * 100), 100)}%"
