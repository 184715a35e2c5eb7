"""The parts of the review page: what the browser said is taken in, and the next faces are handed to it."""

from base64 import b64encode
from time import monotonic

import streamlit as st

from fers.domain.emotions import Emotion
from fers.domain.labels import Label, Verdict, only
from fers.domain.people import Person
from fers.domain.studies import Study
from fers.errors import AlreadyExists, FersError, StoreUnavailable
from fers.ui import guard, next_up
from fers.ui.faces.result import word, word_inside
from fers.ui.in_hand import LATEST, Reviewing
from fers.ui.labelling.guide import as_html, guide_for_reading
from fers.ui.languages import in_words
from fers.ui.services import platform
from fers.ui.state import state, widget_value
from fers.ui.widgets import widget
from fers.ui.words import as_typed

IN_HAND = 12
"""Faces that the browser holds, so that whoever labels fast doesn't wait for the server."""
MOSTLY = 0.75
"""The share of the first of two expressions: "mostly sad, a little angry"."""
LOOKED_UP = 4
"""Pictures of earlier labels that one run looks up: what is said meanwhile waits for no more."""
RECOUNT_SECONDS = 30
"""How old the count of what is left may get; what this tab does is added at once."""

_review = widget("review", "words", "outbox", "pad", "pause", "last_labels")


@st.fragment
@guard.for_whoever_is_here
def review_faces(actor: Person, study: Study) -> None:
    """Let whoever is signed in label the study's faces."""
    reviewing = state().reviewing_in(study.id)
    # A page may come back with the cookie of somebody else: labels stay with who said them.
    whose = f"{study.id}-{actor.id[:8]}"
    key = f"review-{whose}"
    sent = (widget_value(key) or {}).get("sent") or {}
    pictures = {}
    with guard.explaining():
        for problem in _take_in(actor, reviewing, sent):
            st.toast(as_typed(" ".join(in_words(problem))), icon=":material/info:")
        _fill_hand(actor, reviewing)
        pictures = _look_again(actor, reviewing, sent.get("want", ()))
    guide, guide_language = guide_for_reading(study)
    about = {
        "outbox": f"fers-{whose}",
        "guide": as_html(guide),
        "guideLanguage": guide_language,
        "pictures": pictures,
    }
    data = about | _for_browser(reviewing, sent.get("have", ()))
    _review(key=key, data=data, on_sent_change=lambda: None)
    if not reviewing.in_hand:
        next_up.show(actor, next_up.WITHOUT_WORK)


def _take_in(actor: Person, reviewing: Reviewing, sent: dict) -> list[FersError]:
    """Do what the browser sent and was not done yet. Returns what was refused.

    Raises StoreUnavailable, and what is left is done when the browser sends it again.
    """
    if sent and sent["window"] != reviewing.window:
        reviewing.window, reviewing.done = sent["window"], 0
    problems, otherwise = [], {}
    for event in sent.get("events", ()):
        if event["n"] <= reviewing.done:
            continue
        try:
            _do(actor, reviewing, event)
        except StoreUnavailable:
            raise
        except AlreadyExists as problem:  # Said in another window, or before this page was reloaded.
            reviewing.recount()
            if problem.code == "review.labelled-otherwise":
                otherwise[event["face"]] = problem
        except FersError as problem:
            reviewing.recount()
            problems.append(problem)
        else:
            otherwise.pop(event["face"], None)  # A page that was reloaded says again how a label was corrected.
        reviewing.done = event["n"]
    return [*problems, *otherwise.values()]


def _do(actor: Person, reviewing: Reviewing, event: dict) -> None:
    review, face_id = platform().review, event["face"]
    if event["kind"] == "undo":
        assignment = review.undo(actor, reviewing.study_id, face_id)
        reviewing.forget_last()
        if assignment:
            reviewing.in_hand = {face_id: assignment, **reviewing.in_hand}
        return
    try:
        label = review.label(
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
        reviewing.note(label)
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
    review, study_id = platform().review, reviewing.study_id
    missing = IN_HAND - len(reviewing.in_hand)
    found = review.next_faces(actor, study_id, missing, reviewing.in_hand)
    reviewing.in_hand |= {assignment.face_id: assignment for assignment in found}
    if reviewing.latest is None:
        reviewing.latest = review.latest(actor, study_id, LATEST)
    is_stale = monotonic() - reviewing.counted_at > RECOUNT_SECONDS
    if reviewing.progress is None or is_stale or not reviewing.in_hand:
        reviewing.progress, reviewing.counted_at = review.progress(actor, study_id), monotonic()


def _look_again(actor: Person, reviewing: Reviewing, wanted: list[str]) -> dict[str, str]:
    """Pictures of faces that the actor labelled, by id, for a page that was opened since."""
    found = {id: platform().review.look_again(actor, reviewing.study_id, id) for id in wanted[:LOOKED_UP]}
    if gone := {face_id for face_id, picture in found.items() if picture is None}:
        reviewing.latest = [label for label in reviewing.latest if label.face_id not in gone]
    return {face_id: b64encode(picture).decode() for face_id, picture in found.items() if picture}


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
        "said": [_described(label) for label in reviewing.latest or ()],
        "emotions": [word(emotion) for emotion in Emotion],
        "inside": [word_inside(emotion) for emotion in Emotion],
        "progress": {
            "own": progress.own if progress else 0,
            "waiting": progress.waiting if progress else 0,
            "done": progress.study.done if progress else 0,
            "open": progress.study.open if progress else 0,
        },
    }


def _described(label: Label) -> dict:
    """A label as the widget itself says it."""
    shares = dict(zip(Emotion, label.distribution, strict=True)) if label.distribution else {}
    second = next((emotion for emotion, share in shares.items() if share and emotion is not label.emotion), None)
    return {
        "id": label.face_id,
        "verdict": label.verdict.value,
        "emotion": None if label.emotion is None else label.emotion.value,
        "second": None if second is None else second.value,
        "reason": label.reason,
        "valence": label.valence,
        "arousal": label.arousal,
    }
