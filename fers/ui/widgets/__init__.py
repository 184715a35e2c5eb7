"""Browser code of the Components v2 widgets: plain JavaScript and CSS, shipped as they are written."""

from importlib import resources

import streamlit as st


def widget(name: str, *parts: str):
    """Register the widget whose `name`.js (and .html, .css where it has them) lies here, its script preceded by those
    of the `parts`. Returns what mounts it."""
    folder = resources.files(__name__)
    sources = {kind: folder.joinpath(f"{name}.{kind}") for kind in ("html", "css", "js")}
    texts = {kind: source.read_text("utf-8") for kind, source in sources.items() if source.is_file()}
    texts["js"] = "\n".join([*(folder.joinpath(f"{part}.js").read_text("utf-8") for part in parts), texts["js"]])
    return st.components.v2.component(f"fers_{name}", **texts)
