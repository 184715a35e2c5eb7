"""The faces that two models answer differently, or both wrongly, page by page, and what either looked at."""

import numpy as np
import streamlit as st

from fers.domain.emotions import Emotion
from fers.domain.evaluation_sets import EvaluationSet
from fers.domain.people import Person
from fers.services.faces.explore import THUMBNAIL_PIXELS
from fers.services.models.measuring import Common
from fers.ui import guard
from fers.ui.faces.saliency import EXPLANATION, show_maps
from fers.ui.faces.thumbnails import linked_thumbnail, thumbnail
from fers.ui.languages import percent
from fers.ui.services import platform

FACES_OF_A_PAGE = 12


@st.fragment
@guard.for_whoever_is_here
def show(actor: Person, one: str, other: str, on: EvaluationSet) -> None:
    """The faces of two models, which both have a complete run. Going through them draws nothing else anew."""
    common, pairwise = platform().arena.pairwise(actor, one, other, on)
    for title, indices in (("Only one is right", pairwise.disagree), ("Both are wrong", pairwise.both_wrong)):
        st.subheader(f"{title}: {len(indices):,}", anchor=False)
        _page(actor, common, indices, (one, other), title)


def _page(actor: Person, common: Common, indices: np.ndarray, models: tuple[str, str], title: str) -> None:
    pages = -(-len(indices) // FACES_OF_A_PAGE)
    number = st.pagination(pages, key=f"{title} {models}") if pages > 1 else 1
    with st.container(horizontal=True):
        for index in indices[(number - 1) * FACES_OF_A_PAGE : number * FACES_OF_A_PAGE]:
            face_id, label = str(common.face_ids[index]), Emotion(common.labels[index])
            with st.container(width=THUMBNAIL_PIXELS):
                about = f"A face, labelled {label.label}"
                linked_thumbnail(actor, face_id, alt=about, width=THUMBNAIL_PIXELS)
                st.caption(answers([of_model[index] for of_model in common.answers], label))
                if st.button("Look closer", key=f"look-{face_id}", type="tertiary"):
                    _look_closer(face_id, models, label)


def answers(probabilities: list[np.ndarray], label: Emotion) -> str:
    """What models A and B say of a face, each as eight probabilities, and its label: a line each."""
    first = [
        f"{name}: {Emotion(of_model.argmax()).label} {percent(float(of_model.max()))}"
        for name, of_model in zip("AB", probabilities, strict=True)
    ]
    return "  \n".join([*first, f"label: {label.label}"])


@st.dialog("Look closer")
@guard.for_whoever_is_here
def _look_closer(actor: Person, face_id: str, models: tuple[str, str], label: Emotion) -> None:
    thumbnail(actor, face_id, "The face", f"Labelled {label.label}", THUMBNAIL_PIXELS)
    for letter, model_id in zip("AB", models, strict=True):
        st.markdown(f"**{letter}: {model_id}**")
        with guard.explaining(), st.spinner("Looking again…"):
            show_maps(platform().arena.explain(actor, model_id, face_id))
    st.caption(EXPLANATION)
