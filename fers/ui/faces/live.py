"""The live page's parts: which model, the moving picture, and the one frame that a person gives."""

import base64
import binascii
from dataclasses import dataclass

import streamlit as st

from fers.domain.emotions import Emotion
from fers.domain.faces import LiveGuess, Source
from fers.domain.images import PhotoLimits
from fers.domain.models import ModelInfo
from fers.domain.people import Person
from fers.errors import ImageRejected
from fers.ui.faces.result import word
from fers.ui.in_hand import Giving
from fers.ui.languages import _
from fers.ui.services import platform
from fers.ui.state import state
from fers.ui.widgets import widget

_live = widget("live", "words")
_LARGEST_BASE64 = PhotoLimits().largest_bytes * 4 // 3 + 4


@dataclass(frozen=True)
class Given:
    """What the browser sends when a person gives the face they see."""

    photo: bytes
    """The whole frame, a JPEG."""
    live: LiveGuess
    """What the browser said of it."""


def choose_model(models: list[ModelInfo]) -> str | None:
    """The model to watch with; None, with the reason, where none can run in a browser."""
    if not models:
        st.info(_("No model here can run in a browser. Take a single photo instead."))
        return None
    names = {info.id: info.name for info in models}
    if len(names) == 1:
        return models[0].id
    return st.selectbox(_("Model"), list(names), format_func=names.get)


def watch(plan: dict) -> Given | None:
    """Show the camera with what `plan`'s model says of it. Returns a face once, when it is given."""
    data = {"plan": plan, "expressions": [word(emotion) for emotion in Emotion]}
    given = _live(key="live", data=data, on_given_change=lambda: None).given
    return read_given(given) if given else None


def give(actor: Person, given: Given) -> None:
    """Go on to the crop and the answer, as with any other photo. Raises ImageRejected, ConsentRequired, StudyClosed,
    InvalidInput."""
    draft = platform().capture.receive(actor, given.photo, Source.WEBCAM, given.live)
    state().next_photo()
    state().giving = Giving(draft, actor.id)
    st.switch_page("pages/give.py")


def read_given(sent: dict) -> Given:
    """What a browser sent may be anything: whatever is not exactly a picture and a guess is refused."""
    try:
        if len(sent["photo"]) > _LARGEST_BASE64:
            raise ValueError("too large")
        photo = base64.b64decode(sent["photo"], validate=True)
        model_id, fingerprint, shares = sent["model"]["id"], sent["model"]["answersId"], sent["probabilities"]
        if not all(isinstance(name, str) for name in (model_id, fingerprint)) or not isinstance(shares, list):
            raise TypeError("not a guess")
        if any(isinstance(share, bool) or not isinstance(share, int | float) for share in shares):
            raise TypeError("not numbers")
        return Given(photo, LiveGuess(model_id, fingerprint, tuple(map(float, shares))))
    except (KeyError, TypeError, ValueError, OverflowError, binascii.Error) as error:
        raise ImageRejected("photo.incomplete") from error
