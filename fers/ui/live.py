"""The live page's parts: which model, the moving picture, and the one frame that a person gives."""

import base64
import binascii
from dataclasses import dataclass

import streamlit as st

from fers.domain.emotions import Emotion
from fers.domain.faces import Source
from fers.domain.models import ModelInfo
from fers.domain.people import Person
from fers.errors import ImageRejected
from fers.ui.result import word
from fers.ui.services import platform
from fers.ui.state import Giving, state
from fers.ui.widgets import widget

_live = widget("live")


@dataclass(frozen=True)
class Given:
    """What the browser sends when a person gives the face they see."""

    photo: bytes
    """The whole frame, a JPEG."""
    probabilities: tuple[float, ...]
    """What the browser said of it, in the order of `Emotion`."""


def choose_model(models: list[ModelInfo]) -> str | None:
    """The model to watch with; None, with the reason, where none can run in a browser."""
    if not models:
        st.info("No model here can run in a browser.")
        return None
    names = {info.id: info.name for info in models}
    if len(names) == 1:
        return models[0].id
    return st.selectbox("Model", list(names), format_func=names.get)


def watch(plan: dict) -> Given | None:
    """Show the camera with what `plan`'s model says of it. Returns a face once, when it is given."""
    data = {"plan": plan, "words": [word(emotion) for emotion in Emotion]}
    given = _live(key="live", data=data, on_given_change=lambda: None).given
    return _read(given) if given else None


def give(actor: Person, given: Given) -> None:
    """Go on to the crop and the answer, as with any other photo. Raises ImageRejected, ConsentRequired, StudyClosed."""
    draft = platform().capture.receive(actor, given.photo, Source.WEBCAM, seen_live=True)
    state().next_photo()
    state().giving = Giving(draft, seen_live=given.probabilities)
    st.switch_page("pages/give.py")


def _read(sent: dict) -> Given:
    try:
        photo = base64.b64decode(sent["photo"], validate=True)
        probabilities = tuple(map(float, sent["probabilities"]))
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise ImageRejected("The picture did not arrive whole.", "Please press the button again.") from error
    if len(probabilities) != len(Emotion):
        raise ImageRejected("The picture did not arrive whole.", "Please press the button again.")
    return Given(photo, probabilities)
