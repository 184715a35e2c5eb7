"""Browser code of the Components v2 widgets: plain JavaScript and CSS, shipped as they are written."""

from importlib import resources

import streamlit as st


def widget(name: str):
    """Register the widget whose `name`.js (and .html, .css where it has them) lies here. Returns what mounts it."""
    folder = resources.files(__name__)
    parts = {kind: folder.joinpath(f"{name}.{kind}") for kind in ("html", "css", "js")}
    sources = {kind: part.read_text("utf-8") for kind, part in parts.items() if part.is_file()}
    return st.components.v2.component(f"fers_{name}", **sources)
