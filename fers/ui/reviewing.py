"""The parts of the review page: what the browser said is taken in, and the next faces are handed to it."""

from base64 import b64encode

import streamlit as st

from fers.domain.emotions import Emotion
from fers.domain.labels import Verdict, only
from fers.domain.people import Person
from fers.domain.studies import Study
from fers.errors import AlreadyExists, FersError, StoreUnavailable
from fers.ui import guard
from fers.ui.result import word
from fers.ui.services import platform
from fers.ui.session import person
from fers.ui.state import Reviewing, state, widget_value
from fers.ui.widgets import widget

IN_HAND = 12
"""Faces that the browser holds, so that whoever labels fast doesn't wait for the server."""
MOSTLY = 0.75
"""The share of the first of two expressions: "mostly sad, a little angry"."""

_review = widget("review")


@st.fragment
def review_faces(study: Study) -> None:
    """Let whoever is signed in label the study's faces."""
    actor, reviewing = person(), state().reviewing_in(study.id)
    if actor is None:
        st.rerun()
    key = f"review-{study.id}"
    sent = (widget_value(key) or {}).get("sent") or {}
    with guard.explaining():
        for problem in _take_in(actor, reviewing, sent):
            st.toast(f"{problem.what} {problem.next}", icon=":material/info:")
        _fill_hand(actor, reviewing)
    _review(key=key, data=_for_browser(reviewing, sent.get("have", ())), on_sent_change=lambda: None)


def _take_in(actor: Person, reviewing: Reviewing, sent: dict) -> list[FersError]:
    """Do what the browser sent and was not done yet. Returns what was refused.

    Raises StoreUnavailable, and what is left is done when the browser sends it again.
    """
    if sent and sent["window"] != reviewing.window:
        reviewing.window, reviewing.done = sent["window"], 0
    problems = []
    for event in sent.get("events", ()):
        if event["n"] <= reviewing.done:
            continue
        try:
            _do(actor, reviewing, event)
        except StoreUnavailable:
            raise
        except AlreadyExists:
            pass  # Said in another window.
        except FersError as problem:
            problems.append(problem)
        reviewing.done = event["n"]
    return problems


def _do(actor: Person, reviewing: Reviewing, event: dict) -> None:
    review, face_id = platform().review, event["face"]
    if event["kind"] == "undo":
        if assignment := review.undo(actor, reviewing.study_id, face_id):
            reviewing.in_hand = {face_id: assignment, **reviewing.in_hand}
        return
    try:
        review.label(
            actor,
            reviewing.study_id,
            face_id,
            Verdict(event["verdict"]),
            distribution=_distribution(event),
            reason=event.get("reason", ""),
            valence=event["valence"],
            arousal=event["arousal"],
            seconds=event["seconds"],
            saw_prediction=event["saw"],
        )
    finally:
        reviewing.in_hand.pop(face_id, None)


def _distribution(event: dict) -> tuple[float, ...]:
    if event["verdict"] != Verdict.EMOTION:
        return ()
    main = only(Emotion(event["emotion"]))
    if event["second"] is None:
        return main
    return tuple(MOSTLY * a + (1 - MOSTLY) * b for a, b in zip(main, only(Emotion(event["second"])), strict=True))


def _fill_hand(actor: Person, reviewing: Reviewing) -> None:
    missing = IN_HAND - len(reviewing.in_hand)
    found = platform().review.next_faces(actor, reviewing.study_id, missing, reviewing.in_hand)
    reviewing.in_hand |= {assignment.face_id: assignment for assignment in found}
    reviewing.progress = platform().review.progress(actor, reviewing.study_id)


def _for_browser(reviewing: Reviewing, have: list[str]) -> dict:
    """What the widget shows. Pictures that it has already stay out."""
    progress = reviewing.progress
    return {
        "window": reviewing.window,
        "done": reviewing.done,
        "faces": [
            {
                "id": face.face_id,
                "picture": None if face.face_id in have else b64encode(face.picture).decode(),
                "guess": None if face.guess is None else face.guess.value,
            }
            for face in reviewing.in_hand.values()
        ],
        "emotions": [word(emotion) for emotion in Emotion],
        "progress": {
            "own": progress.own if progress else 0,
            "done": progress.study.done if progress else 0,
            "open": progress.study.open if progress else 0,
        },
    }
