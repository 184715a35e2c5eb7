"""The study page's part about the study as a file."""

import streamlit as st

from fers.domain.people import Person
from fers.domain.studies import Study
from fers.languages import LANGUAGES
from fers.services.people.study_files import LARGEST, what_it_asks
from fers.ui import guard
from fers.ui.in_hand import Form
from fers.ui.people.saving import again, save
from fers.ui.services import platform
from fers.ui.words import as_typed


def show(actor: Person, study: Study) -> None:
    with st.expander("The study as a file", icon=":material/draft:"):
        st.write(
            "One readable file holds what the study says, what it asks and how it is run: to preregister it, or to run "
            "it again somewhere else. It holds no study code, and nothing of people."
        )
        language = _to_translate(study)
        text = platform().study_files.text(actor, study.id, language)
        st.download_button(
            "Download study.toml", text, "study.toml", "application/toml", icon=":material/download:", on_click="ignore"
        )
        _replace(actor, study)


def _to_translate(study: Study) -> str | None:
    """The language in which the file is to have every text, if any."""
    return st.selectbox(
        "With your words to be translated",
        [code for code in LANGUAGES if code != study.language],
        None,
        format_func=LANGUAGES.get,
        key=f"translate-{study.id}{again()}",
        placeholder="Choose a language",
        help="The file then ends with all that you say to participants, and with your labelling guide. Fill in what it "
        "is in that language, and take the file back below. Participants read it once none of their texts is missing.",
    )


def _replace(actor: Person, study: Study) -> None:
    file = st.file_uploader(
        "Take everything from a file",
        type="toml",
        max_upload_size=LARGEST // 1_000_000,
        key=f"study-file-{study.id}{again()}",
    )
    if file is None:
        return
    with guard.explaining():
        planned = platform().study_files.planned(actor, study.id, file.getvalue())
        st.write(
            f"**{as_typed(planned.name)}**, with {what_it_asks(planned)}. It takes the place of what this study "
            "says and asks now."
        )
        if st.button("Use this file", type="primary") and save(actor, planned, Form(study), of_file=True):
            st.rerun()
