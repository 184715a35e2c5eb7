"""Importing a labelled set from a page: hand it in, look at it, say what it leaves open, and let it run."""

import streamlit as st

from fers.datasets import manifest
from fers.datasets.words import schemes_with
from fers.domain.emotions import LABELS
from fers.domain.images import SUFFIXES
from fers.domain.people import Person
from fers.domain.studies import Study
from fers.errors import NotFound
from fers.services.faces.importing import Terms
from fers.services.faces.set_previews import Manner, Preview
from fers.services.faces.uploads import Ordered
from fers.ui import guard
from fers.ui.faces.imports import imports
from fers.ui.in_hand import Bringing
from fers.ui.pictures import show_face
from fers.ui.services import platform
from fers.ui.state import state
from fers.ui.web.uploads import LARGEST_MEGABYTES, let_go
from fers.ui.words import as_typed, many, why_given_up

KINDS = ["zip", *(kind.removeprefix(".") for kind in manifest.KINDS), *SUFFIXES, "bmp", "tif", "tiff", "gif"]
MOST_ASKED = 12
"""Words that are asked about at once."""
_FORMAT_WORDS = {
    "ferplus": "FER+",
    "affectnet": "AffectNet",
    "fer2013": "FER-2013",
    "folder": "folders named after their classes",
    "manifest": "a table",
    "fers": "a dataset version of FERS",
}
_MEANING_WORDS = {
    "image": "the picture's file",
    "label": "the expression",
    "annotator": "the annotator",
    "person": "the person in it",
}
_PEOPLE = "All of them: these are people"
_LEFT_OUT, _NOT_SAID = "leave out", "—"


def show(actor: Person, study: Study) -> None:
    """What is to be imported, and what is being imported."""
    st.write("Import a labelled dataset that you already have. Its faces and labels become part of this study.")
    with guard.explaining():
        bringing = state().bringing
        if bringing and bringing.study_id == study.id:
            _look_and_import(actor, bringing)
        else:
            _receive(actor, study)
    _progress_of_all(actor, study)


def _receive(actor: Person, study: Study) -> None:
    files = st.file_uploader(
        "A zip of the dataset, or a table with its pictures",
        KINDS,
        accept_multiple_files=True,
        key=f"import-{state().brought}",
        max_upload_size=LARGEST_MEGABYTES,
        help="In a zip, pictures are in folders named after their classes, or beside a table that says what each "
        "picture shows. AffectNet, FER+, FER-2013, Label Studio exports and FERS's own downloads are recognised too.",
    )
    if files and st.button("Preview it", type="primary", icon=":material/search:"):
        with st.spinner("Reading it…"):
            upload_id = platform().uploads.receive(actor, study.id, [(file.name, file) for file in files])
        state().bring(Bringing(study.id, upload_id))
        let_go()
        st.rerun()


def _look_and_import(actor: Person, bringing: Bringing) -> None:
    try:
        if bringing.preview is None:
            with st.spinner("Reading it…"):
                bringing.preview = platform().uploads.preview(actor, bringing.upload_id, bringing.manner)
    except NotFound:
        state().bring(None)
        raise
    found = bringing.preview
    _describe(found)
    _ask(bringing, found)
    if found.faces and not found.refused:
        _terms(actor, bringing, found)
    if st.button("Choose other files", key=f"other-{bringing.upload_id}", icon=":material/close:"):
        platform().uploads.forget(actor, bringing.upload_id)
        state().bring(None)
        st.rerun()


def _describe(found: Preview) -> None:
    st.header(f"Read as {_FORMAT_WORDS[found.format]}")
    if found.refused:
        st.warning(as_typed(found.refused), icon=":material/help:")
    if found.faces:
        classes = ", ".join(f"{count:,} {emotion.label}" for emotion, count in found.classes.most_common())
        st.markdown(f"**{many(found.faces, 'face')}**: {classes}")
        people = f"Of {many(found.people, 'person', 'people')}" if found.people else "It doesn't say who is in it"
        labels = f"labelled by {many(found.annotators, 'annotator')}" if found.annotators else "one label each"
        left_out = ", ".join(f"{count:,} {as_typed(reason)}" for reason, count in found.dropped.items())
        st.caption(" · ".join([people, labels, *([f"left out: {left_out}"] if left_out else [])]))
    with st.container(horizontal=True):
        for face in found.first:
            with st.container(width=112, gap="small"):
                if face.picture is None:
                    st.markdown(":material/broken_image: can't be read")
                else:
                    show_face(face.picture, width=96)
                st.caption(face.emotion.label)
    if found.left_out:
        left_out = f"{many(found.left_out, 'row')} can't be used and will be left out"
        with st.expander(left_out, expanded=not found.faces):
            st.code("\n".join(found.told), language=None, wrap_lines=True)


def _ask(bringing: Bringing, found: Preview) -> None:
    """What the set leaves open."""
    if not (found.splits or found.missing or found.unsaid or found.words):
        return
    split, columns, words = bringing.manner.split, dict(bringing.manner.columns), list(bringing.manner.words)
    with st.form(f"ask-{bringing.upload_id}"):
        st.markdown("**What the files don't say**")
        with st.container(horizontal=True):
            if found.splits:
                split = _choice("Which part?", [*found.splits, *([_PEOPLE] if found.format == "folder" else [])])
            for meaning in found.missing:
                columns[meaning] = _choice(_which_column(meaning), list(found.columns))
            for meaning in found.unsaid:
                if (column := _choice(_which_column(meaning), [_NOT_SAID, *found.columns])) != _NOT_SAID:
                    columns[meaning] = column
            if known := schemes_with(found.words):
                scheme = _choice("They mean the same as in", [_NOT_SAID, *known])
                words += [scheme] if scheme != _NOT_SAID else []
            for word in found.words[:MOST_ASKED]:
                meant = _choice(f"“{word}” means", [_NOT_SAID, *LABELS, _LEFT_OUT])
                if meant != _NOT_SAID:
                    words.append(f"{word}={'' if meant == _LEFT_OUT else meant}")
        if st.form_submit_button("Preview again", icon=":material/refresh:"):
            folders = "person/class" if split == _PEOPLE else bringing.manner.folders
            bringing.manner = Manner("" if split == _PEOPLE else split, tuple(words), columns, folders)
            bringing.preview = None
            st.rerun()


def _which_column(meaning: str) -> str:
    return f"Which column holds {_MEANING_WORDS.get(meaning, meaning)}?"


def _choice(question: str, options: list[str]) -> str:
    return st.selectbox(as_typed(question), options, width=280)


def _terms(actor: Person, bringing: Bringing, found: Preview) -> None:
    with st.form(f"terms-{bringing.upload_id}", border=True):
        st.markdown("**Terms of use.** Every dataset version that holds these faces will state them.")
        licence = st.text_input("Licence", placeholder="CC BY 4.0")
        basis = st.text_input("Why the people in it may be shown", placeholder="Everybody signed a consent form.")
        detect = st.checkbox("These are whole photos: find the largest face in each")
        pressed = st.form_submit_button(
            f"Import {many(found.faces, 'face')}", type="primary", icon=":material/download:"
        )
    if pressed:
        imports().start(actor, bringing.upload_id, bringing.manner, Terms(licence, basis), detect)
        state().bring(None)
        st.rerun()


def _progress_of_all(actor: Person, study: Study) -> None:
    orders = platform().uploads.ordered(actor, study.id)
    if orders:
        is_busy = any(order.is_busy for order in orders)
        st.fragment(_orders, run_every="2s" if is_busy else None)(study, is_busy)


@guard.for_whoever_is_here
def _orders(actor: Person, study: Study, was_busy: bool) -> None:
    orders = platform().uploads.ordered(actor, study.id)
    st.header("Imports")
    for order in orders:
        with st.container(border=True):
            _order(actor, order)
            if st.button("Stop" if order.is_busy else "Close", key=f"end-{order.id}", type="tertiary"):
                imports().stop(actor, order.id)
                st.rerun()
    if was_busy and not any(order.is_busy for order in orders):
        st.rerun()


def _order(actor: Person, order: Ordered) -> None:
    if order.is_busy:
        far = f"{order.done:,} of {many(order.faces, 'face')}" if order.faces else "about to start"
        st.progress(min(1.0, order.done / max(1, order.faces)), f"**{as_typed(order.name)}**: {far}")
        return
    if order.result is None:
        why = why_given_up(actor, order.given_up)
        st.warning(f"**{as_typed(order.name)}** stopped early. {why} What was imported so far is kept.")
        return
    result = order.result
    counts = [f"{many(result['added'], 'face')} added", f"{result['known']:,} already there"]
    if result["removed"]:
        counts.append(f"{result['removed']:,} left out because they were removed from the study")
    counts.append(f"{many(result['labels'], 'label')} added")
    st.success(f"**{as_typed(order.name)}**: {'; '.join(counts)}.", icon=":material/check:")
    if result["left_out"]:
        with st.expander(f"{result['left_out']:,} left out"):
            st.code("\n".join(result["told"]), language=None, wrap_lines=True)
