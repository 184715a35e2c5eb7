"""What somebody had best do next, with the way there."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from fers.domain.next_steps import NextStep
from fers.domain.own_words import as_read_in
from fers.domain.people import Person
from fers.domain.readiness import Part
from fers.ui import sample_study
from fers.ui.languages import N_, _, language, pointing, translated
from fers.ui.services import platform
from fers.ui.state import show_part, state
from fers.ui.words import as_typed

OF_RESEARCHERS = frozenset({NextStep.FREEZE, NextStep.REGISTER})
ON_ANY_PAGE = frozenset(NextStep) - {NextStep.LOOK_AROUND}
WITHOUT_FACES = frozenset({NextStep.COMPLETE, NextStep.OPEN, NextStep.SHARE})
"""Of somebody who came to look at faces."""
WITHOUT_WORK = WITHOUT_FACES | {NextStep.LABEL_ELSEWHERE, NextStep.TAKE_PART, NextStep.AGREE, NextStep.GIVE}
"""Of somebody who came to label faces."""
OF_PARTICIPANTS = frozenset(
    {NextStep.LABEL, NextStep.LABEL_ELSEWHERE, NextStep.TAKE_PART, NextStep.AGREE, NextStep.GIVE}
)
"""Of somebody who gave nothing yet."""
CLOSED = frozenset({NextStep.COMPLETE, NextStep.OPEN, NextStep.LABEL, NextStep.LABEL_ELSEWHERE, NextStep.LOOK_BACK})
"""Of somebody who came to give a photo, which the study doesn't take."""
EVERYTHING = frozenset(NextStep)


@dataclass(frozen=True)
class _Way:
    says: str
    button: str
    page: str = "study"
    part: Part | None = None


_WAYS = {
    NextStep.COMPLETE: _Way("The study is closed, and its checklist has gaps.", "See the checklist", part=Part.OPENING),
    NextStep.TRY: _Way(
        "You have not tried the study as participants meet it now.", "Try it as a participant", page="rehearse"
    ),
    NextStep.OPEN: _Way("Everything that is needed is there: you can open the study.", "Open it", part=Part.OPENING),
    NextStep.SHARE: _Way(
        "Nobody has given a photo yet. Share the link for participants.", "See the link", part=Part.PEOPLE
    ),
    NextStep.INVITE: _Way("Nobody is here to label faces. Invite annotators.", "Invite somebody", part=Part.PEOPLE),
    NextStep.FREEZE: _Way(
        "There is no dataset version yet. Freeze one to train or compare on.", "Freeze a version", page="datasets"
    ),
    NextStep.REGISTER: _Way(
        "There is only one model. Register another to compare them.", "Register a model", page="models"
    ),
    NextStep.LABEL: _Way(N_("There are faces for you to label."), N_("Label faces"), page="review"),
    NextStep.TAKE_PART: _Way(N_("You can take part, too."), N_("Read what it means"), page="consent"),
    NextStep.AGREE: _Way(N_("You have not agreed to take part yet."), N_("Read what it means"), page="consent"),
    NextStep.GIVE: _Way(N_("You have not given a photo yet."), N_("Give a photo"), page="give"),
    NextStep.LOOK_BACK: _Way(N_("What you gave is under “My data”."), N_("See what you gave"), page="my_data"),
}


def show(actor: Person, among: Collection[NextStep] = ON_ANY_PAGE) -> None:
    """The actor's next steps as far as they are `among` these; nothing where they have none."""
    steps = [step for step in platform().next_steps.of(actor) if step in among]
    if not steps:
        return
    with st.container(border=True, gap="small", key="next-steps"):
        for step in steps:
            if step is NextStep.LOOK_AROUND:
                sample_study.offer(actor)
            elif step is NextStep.LABEL_ELSEWHERE:
                _lead_elsewhere(actor)
            else:
                _show(step, _WAYS[step])


def _show(step: NextStep, way: _Way) -> None:
    is_here = way.page == state().page and way.part is None
    with _line(translated(way.says)):
        if is_here:
            return
        turn_to = {"on_click": show_part, "args": (way.part.value,)} if way.part else {}
        pressed = _button(step, translated(way.button), **turn_to)
    if pressed and state().page != way.page:
        st.switch_page(f"pages/{way.page}.py")


def _lead_elsewhere(actor: Person) -> None:
    if (study := platform().next_steps.elsewhere(actor)) is None:
        return
    with _line(_("In **{study}**, faces are waiting for you.", study=as_typed(as_read_in(study, language()).name))):
        pressed = _button(NextStep.LABEL_ELSEWHERE, _("Label them"))
    if pressed:
        platform().studies.enter(actor, study.id)
        st.switch_page("pages/review.py")


@contextmanager
def _line(says: str) -> Iterator[None]:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(says, width="content")
        yield


def _button(step: NextStep, label: str, **options) -> bool:
    return st.button(label, type="tertiary", icon=pointing("arrow_forward"), key=f"go-{step.name}", **options)
