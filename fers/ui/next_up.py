"""What somebody had best do next, with the way there."""

from collections.abc import Collection
from dataclasses import dataclass

import streamlit as st

from fers.domain.next_steps import NextStep
from fers.domain.people import Person
from fers.domain.readiness import Part
from fers.ui import sample_study
from fers.ui.languages import N_, pointing, translated
from fers.ui.services import platform
from fers.ui.state import show_part, state

OF_PARTICIPANTS = frozenset({NextStep.AGREE, NextStep.GIVE})
OF_RESEARCHERS = frozenset({NextStep.FREEZE, NextStep.REGISTER})
ON_ANY_PAGE = frozenset(NextStep) - {NextStep.LOOK_AROUND}
WITHOUT_FACES = frozenset({NextStep.COMPLETE, NextStep.OPEN, NextStep.SHARE})
"""Of somebody who came to look at faces, or to label them."""
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
    NextStep.AGREE: _Way(N_("You have not agreed to take part yet."), N_("Read what it means"), page="consent"),
    NextStep.GIVE: _Way(N_("You have not given a photo yet."), N_("Give a photo"), page="give"),
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
            else:
                _show(step, _WAYS[step])


def _show(step: NextStep, way: _Way) -> None:
    is_here = way.page == state().page and way.part is None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(translated(way.says), width="content")
        if is_here:
            return
        turn_to = {"on_click": show_part, "args": (way.part.value,)} if way.part else {}
        label, key = translated(way.button), f"go-{step.name}"
        pressed = st.button(label, type="tertiary", icon=pointing("arrow_forward"), key=key, **turn_to)
    if pressed and state().page != way.page:
        st.switch_page(f"pages/{way.page}.py")
