"""The form that registers an uploaded model."""

from pathlib import Path

import click
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from fers.cli.model_questions import ALL_THE_SAME, MORE, QUESTIONS, Question, plain
from fers.domain.emotions import LABELS
from fers.domain.people import Person
from fers.errors import ModelDoubted
from fers.inference.foreign import SUFFIXES
from fers.inference.unpacking import describes_itself
from fers.ui import guard
from fers.ui.models import registering
from fers.ui.state import state
from fers.ui.web.uploads import let_go
from fers.ui.words import as_typed

UPLOADS = [*(suffix.lstrip(".") for suffix in SUFFIXES), "zip"]
LARGEST_MEGABYTES = 500
RANGES = ("0,1", "-1,1", "0,255")
USUAL = {"--classes": ",".join(LABELS), "--crop-scale": "1.15"}
"""What the page proposes where a script has to say it, by option."""


def show(actor: Person) -> None:
    """A file to upload, what it can't tell about itself, and what its test says."""
    question = (
        "A .keras, .h5, .tflite or .onnx file, or a zip of a model folder, of a TensorFlow SavedModel, or of an .onnx "
        "file with the weights beside it"
    )
    if state().model_news:
        st.success(state().model_news)
        state().model_news = None
    key = f"model-{state().registered}"
    upload = st.file_uploader(question, UPLOADS, key=key, max_upload_size=LARGEST_MEGABYTES)
    if upload is None:
        return
    with st.form("register"):
        answers = {} if describes_itself(upload.name, upload) else _asked(plain(Path(upload.name).stem))
        pressed = st.form_submit_button("Register", type="primary", width="stretch")
    if pressed:
        _register(actor, upload, answers)
    place = st.empty()
    if state().doubted == upload.file_id and place.button(ALL_THE_SAME, icon=":material/warning:"):
        place.empty()
        _register(actor, upload, answers, all_the_same=True)


def _register(actor: Person, upload: UploadedFile, answers: dict[str, str], all_the_same: bool = False) -> None:
    state().doubted = None
    with guard.explaining(), st.spinner("Testing it on known faces…"):
        try:
            news = registering.register(actor, upload.name, upload, answers, all_the_same)
        except ModelDoubted:
            state().doubted = upload.file_id
            raise
        state().model_news = "\n\n".join(map(as_typed, news.split("\n\n")))
        state().registered += 1
        let_go()
        st.rerun()


def _asked(stem: str) -> dict[str, str]:
    """What a weights file can't tell, by the options of `fers models add`."""
    answers = {question.option: _field(question, stem) for question in QUESTIONS if question.asked}
    with st.expander(MORE):
        return answers | {question.option: _field(question, stem) for question in QUESTIONS if not question.asked}


def _field(question: Question, stem: str) -> str:
    if isinstance(question.type, click.Choice):
        index = None if question.default == "" else 0
        return st.selectbox(question.text, question.type.choices, index, placeholder="Find out by testing") or ""
    if question.option == "--range":
        return st.selectbox(question.text, RANGES, accept_new_options=True)
    proposed = USUAL.get(question.option) or (question.default or "").format(stem=stem)
    return st.text_input(question.text, proposed)
