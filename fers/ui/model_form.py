"""The form that registers an uploaded model."""

from pathlib import Path

import streamlit as st

from fers.domain.emotions import LABELS
from fers.domain.people import Person
from fers.ui import guard, registering

UPLOADS = ["keras", "tflite", "onnx", "zip"]
LARGEST_MEGABYTES = 500


def show(actor: Person) -> None:
    """A file to upload, what it can't tell about itself, and what its test says."""
    question = "A .keras, .tflite or .onnx file, or a zip of a model folder"
    upload = st.file_uploader(question, UPLOADS, max_upload_size=LARGEST_MEGABYTES)
    if upload is None:
        return
    with st.form("register"):
        answers = {} if upload.name.lower().endswith(".zip") else _asked(Path(upload.name).stem)
        if st.form_submit_button("Register", type="primary", width="stretch"):
            with guard.explaining(), st.spinner("Trying it on known faces …"):
                st.success(registering.register(actor, upload.name, upload.getvalue(), answers))


def _asked(stem: str) -> dict[str, str]:
    """What a weights file can't tell, by the options of `fers models add`."""
    return {
        "--id": st.text_input("Id", stem),
        "--name": st.text_input("What people call it", stem),
        "--classes": st.text_input("Classes in the order of the outputs, with commas", ",".join(LABELS)),
        "--range": st.selectbox("Values that black and white are fed as", ("0,1", "-1,1", "0,255")),
        "--order": st.selectbox("Order of the channels", ("RGB", "BGR")),
        "--crop-scale": st.text_input("Side of the crop, where the face's box is 1", "1.15"),
        "--licence": st.text_input("Licence of the weights and of the data they learned from"),
        "--data": st.text_input("What it was trained on, in a sentence"),
    }
