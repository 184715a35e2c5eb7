"""The three steps of giving a face: take a photo, look at it and answer, be thanked."""

import re

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from fers.domain.consent import Purpose
from fers.domain.faces import Answer, Display, Source
from fers.domain.hints import Hint
from fers.domain.images import SUFFIXES, PhotoLimits, glimpse, too_large
from fers.domain.people import Person
from fers.errors import AlreadyExists, FersError
from fers.services.faces.drafts import AtHand
from fers.services.faces.tasks import Turn
from fers.ui import guard
from fers.ui.faces import asking, tasks
from fers.ui.faces.cropping import choose_crop
from fers.ui.faces.questions import ask_afterwards, ask_first, ask_no_label
from fers.ui.faces.result import show_result, word
from fers.ui.faces.saliency import offer_why
from fers.ui.faces.stage import stage
from fers.ui.faces.step import begin
from fers.ui.in_hand import Giving
from fers.ui.languages import N_, _, day, percent, translated
from fers.ui.people import leaving
from fers.ui.pictures import show_face
from fers.ui.services import platform
from fers.ui.state import state
from fers.ui.web.uploads import let_go
from fers.ui.widgets import widget

_ACCEPTED = ",".join(["image/*", *(f".{suffix}" for suffix in SUFFIXES)])
_uploads, _at_hand = widget("uploads"), widget("at_hand")
_PHOTO_ID = re.compile("[0-9a-f]{32}")
_ALONE = {
    False: N_("It's best to be alone in the picture: the whole photo is kept."),
    True: N_("Only the part with your face is kept. Anybody else in the picture is cropped out."),
}
"""What people are told of others in their photo, by whether the study keeps the crop only."""
_BYSTANDERS = {
    False: N_("Other people are in this photo and would be kept with it. Ask them first, or take one of just you."),
    True: N_("Other people are in this photo. Only what is inside your box is kept."),
}
_SOURCE_WORDS = {Source.WEBCAM: N_("Camera"), Source.UPLOAD: N_("Upload a photo")}


def at_hand(actor: Person) -> Giving | None:
    """The photo on its way; in a tab that is new, the one that this person was working on. One that was taken for
    another study waits until they are back there."""
    if state().giving is None and not state().looked_for_draft and (found := stage().drafts.at_hand(actor)):
        state().giving = Giving(found.draft, actor.id, found.face, found.box)
    state().looked_for_draft = True
    giving = state().giving
    return giving if giving and giving.draft.study_id == stage().studies.current(actor).id else None


def look_for_lost(actor: Person, giving: Giving | None) -> None:
    """Have the browser remember the photo at hand, and find out what became of one that this server no longer knows:
    it may have died just when that was submitted."""
    state().last_photo = giving.draft.id if giving else state().last_photo
    at_work = giving.draft.id if giving and giving.answer is None else None
    about = {"photo": at_work, "known": state().last_photo, "owner": actor.id[:8]}
    with st.container(key="at-hand"):
        left = _at_hand(key="photo-at-hand", data=about, on_left_change=lambda: None).left
    if isinstance(left, str) and _PHOTO_ID.fullmatch(left):
        state().was_kept = platform().data_export.has(actor, left)


def _tell_of_lost() -> None:
    if state().was_kept:
        st.success(_("The photo you were working on **was kept**. You'll find it under “My data”."))
    elif state().was_kept is False:
        st.warning(_("The photo you were working on **was not kept**. Please take it again."))


def take_photo(actor: Person) -> None:
    """Step 1. A photo that was refused is forgotten at once: its widget is replaced by a fresh one."""
    if asking.show(actor, through=state().finishing):
        return
    turn = stage().tasks.pause(actor) if state().pausing else stage().tasks.turn(actor)
    if turn is None and state().finishing:
        leaving.lead_out(actor)
        begin(translated(tasks.GOODBYE))
        tasks.say_goodbye_freely()
        return
    if turn and (turn.task is None or state().pausing):
        if turn.task is None and turn.done and asking.show(actor, through=True):
            return
        if turn.task is None:
            leaving.lead_out(actor, turn.may_come)
        begin(tasks.goodbye_heading(turn))
        if state().refusal:
            guard.explain(state().refusal)
        tasks.say_goodbye(actor, turn)
        if turn.task is None:
            leaving.offer_to_stop(actor)
        return
    begin(tasks.heading(turn))
    _tell_of_lost()
    stage().capture.prepare(actor)
    tasks.tell(actor, turn)
    tasks.offer_ways_out(actor, turn)
    if turn is None and not leaving.offer_to_finish(actor):
        asking.offer_end(actor)
    if advice := _of_others(actor, _ALONE):
        st.caption(advice)
    place = st.empty()
    source = st.segmented_control(
        _("Where the photo comes from"),
        list(_SOURCE_WORDS),
        default=state().source,
        required=True,
        format_func=lambda source: translated(_SOURCE_WORDS[source]),
        label_visibility="collapsed",
        key="source",
    )
    if source is not state().source:
        state().source, state().refusal = source, None
    file = _photo_from(source)
    if file is not None:
        _receive(actor, file.getvalue(), source)
    if state().refusal:
        with place:
            guard.explain(state().refusal)


def _photo_from(source: Source) -> UploadedFile | None:
    if source is Source.WEBCAM:
        return st.camera_input(_("Your photo"), resolution="1080p", key=f"camera-{state().photos}")
    largest = PhotoLimits().largest_bytes
    with st.container(key="photo-file"):
        # Files of any kind are taken, so that one that is no photo is answered in words.
        file = st.file_uploader(
            _("A JPEG, PNG, HEIC, WebP or AVIF file"),
            key=f"file-{state().photos}",
            max_upload_size=largest // 1_000_000,
        )
        with st.container(key="uploads"):
            data = {"place": "photo-file", "largest": largest, "accept": _ACCEPTED}
            if _uploads(key="look-at-files", data=data, on_refused_change=lambda: None).refused:
                state().refusal = too_large()
    return file


def _receive(actor: Person, data: bytes, source: Source) -> None:
    giving = refusal = None
    try:
        with st.spinner(_("Looking for a face…")):
            giving = Giving(stage().capture.receive(actor, data, source), actor.id)
    except FersError as error:
        refusal = error
    # Not before: whatever stops this run lets the next one take the same photo.
    state().next_photo()
    let_go()
    state().giving, state().refusal = giving, refusal
    st.rerun()


def look_and_answer(actor: Person, giving: Giving) -> None:
    """Step 2: place the crop, see the guess (before or after answering, as was drawn for this person), answer."""
    photo_side, answer_side = st.columns([6, 5], gap="large")
    display = _asked_display(giving.draft.turn)
    with photo_side:
        box = _place_crop(actor, giving)
    stage().drafts.keep(actor, AtHand(giving.draft, giving.face, box or giving.box))
    if box is None:
        return
    with answer_side:
        if not stage().studies.current(actor).participants_label:
            _show_guess(actor, giving, box)
            answer = ask_no_label(giving.draft.id, display)
        # Who watched the live page has seen a guess already: an answer before the guess can't be had any more.
        elif actor.asked_first and giving.draft.live is None:
            answer = ask_first(giving.draft.id, display)
            _predict(actor, giving, box, wanted=answer is not None)
        else:
            _show_guess(actor, giving, box)
            answer = ask_afterwards(giving.draft.id, giving.prediction, display)
    if answer is not None:
        _submit(actor, giving, answer)


def _asked_display(turn: Turn | None) -> Display | None:
    """Whether a task says that it is felt, or posed: then nobody is asked."""
    return turn.task.display if turn and turn.task else None


def _place_crop(actor: Person, giving: Giving):
    draft = giving.draft
    begin(_("Your face in the box"))
    tasks.recall(draft.turn)
    if len(draft.suggestions) > 1:
        _pick_face(actor, giving)
    start = giving.box or (draft.suggestions[giving.face] if draft.suggestions else None)
    box = choose_crop(draft.photo, start, key=f"crop-{draft.id}-{giving.face}")
    if box is None:
        return None
    if not draft.faces:
        st.info(_("No face was found automatically. Please place the box around yours."))
    for hint in _hints(actor, giving, box):
        st.info(translated(hint.value), icon=":material/lightbulb:")
    st.caption(_("Drag the box, or its corners, until the whole face is inside."))
    if st.button(_("Take another photo"), icon=":material/undo:"):
        stage().drafts.forget(actor)
        state().next_photo()
        st.rerun()
    return box


def _hints(actor: Person, giving: Giving, box) -> list[Hint]:
    """Asked for once a box: the photo is decoded for it."""
    if giving.hinted is None or giving.hinted[0] != box:
        giving.hinted = box, stage().capture.hints(actor, giving.draft, box)
    return giving.hinted[1]


def _of_others(actor: Person, words: dict[bool, str]) -> str:
    """Nothing where nothing is kept anyway."""
    if not stage().consents.require(actor).permits(Purpose.STORE):
        return ""
    return translated(words[stage().studies.current(actor).crop_only])


def _pick_face(actor: Person, giving: Giving) -> None:
    st.write(_("Which face is yours?"), _of_others(actor, _BYSTANDERS))
    with st.container(horizontal=True):
        for number, picture in enumerate(giving.draft.pictures):
            with st.container(width=72, gap="small"):
                show_face(picture, width=72, alt=_("Face {number}", number=number + 1))
                kind = "primary" if number == giving.face else "secondary"
                if st.button(f"{number + 1}", type=kind, width="stretch", key=f"face-{number}"):
                    giving.face, giving.box = number, None
                    st.rerun()


def _predict(actor: Person, giving: Giving, box, wanted: bool = True) -> None:
    if wanted and (giving.prediction is None or giving.box != box):
        giving.prediction = stage().capture.predict(actor, giving.draft, box)
        giving.explained = None
    giving.box = box


def _show_guess(actor: Person, giving: Giving, box) -> None:
    _predict(actor, giving, box)
    show_result(giving.prediction, blind=platform().trials.current() is not None)
    _recall_live(giving)
    offer_why(actor, giving)


def _recall_live(giving: Giving) -> None:
    """The guess above is the server's own, about the crop that its owner chose: the two may differ a little."""
    if giving.draft.live is not None:
        guess, confidence = giving.draft.live.first
        guessed = {"expression": word(guess), "share": percent(confidence)}
        st.caption(_("The live guess was: {expression} {share}.", **guessed))


def _submit(actor: Person, giving: Giving, answer: Answer) -> None:
    with guard.explaining():
        try:
            giving.stored = stage().capture.submit(actor, giving.draft, giving.box, giving.prediction, answer)
            giving.answer = answer
        except AlreadyExists as error:  # Nothing can come of this photo any more.
            state().next_photo()
            state().refusal = error
        stage().drafts.forget(actor)
        st.rerun()


def next_words(giving: Giving) -> str:
    """What the button behind the thanks says."""
    turn = giving.draft.turn
    if turn is None or turn.task is None:
        return _("Next photo")
    return _("See how it went") if turn.done + 1 >= turn.length else _("Next task")


def thank(actor: Person, giving: Giving) -> None:
    """Step 3."""
    begin(_("Thank you!"))
    face, words = st.columns([1, 3], gap="medium")
    with face:
        show_face(glimpse(giving.draft.photo.data, giving.box, 320), width=160, alt=_("The face you gave"))
    with words:
        if giving.answer.label is not None:
            st.write(_("You said: **{expression}**.", expression=word(giving.answer.label)))
        if giving.stored:
            until = day(giving.stored.purge_at)
            st.write(_("Your photo is kept until {date}. You'll find it under “My data”.", date=until))
        else:
            st.write(
                _("Nothing was kept: this is a rehearsal.")
                if state().rehearsing
                else _("Nothing was kept, as you chose.")
            )
    if giving.answer.before_prediction:
        show_result(giving.prediction, blind=platform().trials.current() is not None)
        offer_why(actor, giving)
