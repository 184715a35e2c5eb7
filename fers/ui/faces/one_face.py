"""The parts of the page of one face."""

from datetime import datetime

import streamlit as st

from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.exploring import Found
from fers.domain.faces import Source
from fers.domain.labels import Label
from fers.domain.people import Person
from fers.domain.permissions import Action, allowed
from fers.services.faces.one_face import AboutFace
from fers.ui import guard
from fers.ui.faces.removing import offer_removal
from fers.ui.faces.result import answer_word, word
from fers.ui.faces.saliency import EXPLANATION, offer_why_of, show_maps
from fers.ui.faces.thumbnails import thumbnail
from fers.ui.languages import moment, percent
from fers.ui.services import platform

PIXELS = 448
"""Of the picture, on a screen that shows it half as large."""
NO_CLASS = "No class"
_SET = "Imported dataset"
"""Whose label it is that no annotator gave."""
SOURCE_WORDS = {Source.WEBCAM: "Camera", Source.UPLOAD: "Upload", Source.IMPORT: "Imported"}
_USES = {
    Purpose.REVIEW: "labelling",
    Purpose.TRAIN: "training and testing models",
    Purpose.PUBLISH: "sharing with researchers",
}


def class_word(label: Emotion | None) -> str:
    return NO_CLASS if label is None else word(label)


def label_source(found: Found) -> str:
    """Who says that a face is of its class."""
    if found.reviewed:
        return _SET if found.by_set_alone else "Annotators"
    return "No label yet" if found.face.source is Source.IMPORT else "Self-report"


def _label_source_sentence(found: Found) -> str:
    if not found.reviewed and found.face.source is Source.IMPORT:
        return "Nobody has said what it shows yet."
    if found.by_set_alone:
        return "That is what the dataset says that it was imported with."
    return f"That is what its {'annotators say' if found.reviewed else 'participant says'}."


def show_picture(actor: Person, about: AboutFace) -> None:
    """The face, its class, and what its participant allows. Where it is flagged, it is removed beside its flags."""
    face, label = about.found.face, class_word(about.found.label)
    thumbnail(actor, face.id, f"A face, class: {label}", pixels=PIXELS)
    st.header(label, anchor=False)
    known = f" In the gold standard it is {word(about.known.emotion).lower()}." if about.known else ""
    st.caption(f"{_label_source_sentence(about.found)}{known}")
    uses = [words for purpose, words in _USES.items() if purpose in face.purposes]
    may_be_used = f"May be used for {', '.join(uses)}." if uses else "May not be used for anything."
    st.caption(f"{may_be_used} Kept until {face.purge_at:%d %b %Y}.")
    if about.may_be_shown:
        offer_why_of(face.id)
    if not about.flags:
        offer_removal(actor, face.study_id, face.id)


def what_to_do(actor: Person, about: AboutFace) -> None:
    """What annotators flagged, to be resolved one way or the other; nothing where nobody flagged anything."""
    flagged = [label for label in about.labels if label.reason]
    if not flagged:
        return
    face, flags = about.found.face, about.flags
    with st.container(border=True):
        st.header("Flags" if flags else "Resolved flags", anchor=False)
        for flag in flags or flagged:
            st.text(f"“{flag.reason}”")  # As it was typed: no link or picture is made of it.
            st.caption(f"{_annotator(flag)}, {moment(flag.given_at)}")
        if not flags:
            st.caption(f"Resolved on {moment(about.flags_resolved_at)}: the photo stays.")
        action = "Resolve and keep the photo" if flags else "Reopen the flags"
        with st.container(horizontal=True):
            if st.button(action, key=f"settle-{face.id}"):
                with guard.explaining():
                    platform().faces.resolve_flags(actor, face.id, resolved=bool(flags))
                    st.rerun()
            if flags:
                offer_removal(actor, face.study_id, face.id)
        if flags and not allowed(actor, Action.MANAGE_STUDY, face.study_id):
            st.caption("Is something wrong with it? The study's owner can remove it: send them this page's address.")


def people_say(about: AboutFace) -> None:
    """What the face's participant said, and every label."""
    st.header("What people say", anchor=False)
    face, rows = about.found.face, []
    if face.source is not Source.IMPORT:
        answer = face.answer
        when = "before seeing the guess" if answer.before_prediction else "after seeing the guess"
        rows.append(_row("Participant", answer_word(answer.label), answer.valence, answer.arousal, when, face.given_at))
    if face.intended is not None:
        st.caption(f"The participant was asked to show: {word(face.intended).lower()}.")
    for label in about.labels:
        how = "seeing the guess" if label.saw_prediction else "blind"
        who, how = (_SET, "its own label") if label.of_a_set else (_annotator(label), how)
        rows.append(_row(who, vote_words(label), label.valence, label.arousal, how, label.given_at))
    if not rows:
        st.caption("Nobody has said anything yet.")
        return
    st.dataframe(rows, hide_index=True)


def _annotator(label: Label) -> str:
    return f"Annotator {label.annotator_id[:6]}"


def vote_words(label: Label) -> str:
    """What an annotator says, the largest share first: "Sad 75%, neutral 25%"."""
    if label.emotion is None:
        return label.verdict.capitalize()
    shares = sorted(zip(label.distribution, Emotion, strict=True), key=lambda share: -share[0])
    names = [(word(emotion), share) for share, emotion in shares if share > 0]
    if len(names) == 1:
        return names[0][0]
    return ", ".join(f"{name} {percent(share)}" for name, share in names)


def models_say(actor: Person, about: AboutFace) -> None:
    """The guess that came with the face, and those of all models that were compared on it."""
    st.header("What models say", anchor=False)
    rows = []
    for guess in about.guesses:
        first = Emotion(guess.probabilities.index(max(guess.probabilities)))
        model = f"{guess.model_id} {guess.model_version}".strip()
        shares = {word(emotion): 100 * share for emotion, share in zip(Emotion, guess.probabilities, strict=True)}
        rows.append({"Model": model, "Guess": word(first)} | shares | {"Asked": guess.occasion.capitalize()})
    percents = {word(emotion): st.column_config.NumberColumn(format="%.0f%%", width=64) for emotion in Emotion}
    st.dataframe(rows, hide_index=True, column_config=percents)
    if Purpose.TRAIN not in about.found.face.purposes:
        st.caption("The participant doesn't let other models be tested on it.")
    elif allowed(actor, Action.COMPARE_MODELS, about.found.face.study_id):
        st.caption("Models that are not listed have not been run on it yet. Run them under “Compare”.")
        if about.may_be_shown:
            _ask_why(actor, about.found.face.id)


def _ask_why(actor: Person, face_id: str) -> None:
    """Have any of the registered models look once more, and show what it looked at."""
    names = [info.id for info in platform().live_model.models()]
    question = "What did a model look at?"
    model = st.selectbox(question, names, None, placeholder="Choose a model", key=f"why-{face_id}-of")
    if model is None:
        return
    with guard.explaining_everything(), st.spinner("Looking again…"):
        show_maps(platform().arena.explain(actor, model, face_id))
        st.caption(EXPLANATION)


def history(about: AboutFace) -> None:
    """What became of the face, the earliest first."""
    face = about.found.face
    events = [(face.captured_at, f"Received ({SOURCE_WORDS[face.source].lower()})"), (face.given_at, "Given")]
    if face.source is Source.IMPORT:
        events = [(face.given_at, "Imported")]
    events += [
        (
            label.given_at,
            "Labelled by the imported dataset" if label.of_a_set else f"Labelled by {_annotator(label).lower()}",
        )
        for label in about.labels
    ]
    events += [(frozen_at, f"Frozen in version {name}") for name, frozen_at in about.versions]
    if about.known:
        events.append((about.known.since, f"Added to the gold standard as {word(about.known.emotion).lower()}"))
    if about.flags_resolved_at:
        events.append((about.flags_resolved_at, "Flags resolved"))
    events.append((face.purge_at, "To be deleted, at the latest"))
    st.header("History", anchor=False)
    rows = [{"When": moment(at), "What": what} for at, what in sorted(events, key=lambda event: event[0])]
    st.dataframe(rows, hide_index=True)


def _row(who: str, what: str, valence: float | None, arousal: float | None, how: str, when: datetime) -> dict:
    pleasant, excited = ("" if value is None else f"{value:+.2f}" for value in (valence, arousal))
    return {"Who": who, "Says": what, "Pleasant": pleasant, "Excited": excited, "How": how, "When": moment(when)}
