"""Browser code of the Components v2 widgets: plain JavaScript and CSS, shipped as they are written."""

import json
import re
from html.parser import HTMLParser
from importlib import resources

import streamlit as st

from fers.languages import ORIGINAL
from fers.ui.languages import language, translated

_SAID_IN_SCRIPTS = re.compile(r'(?<![\w.])_\(\s*("(?:[^"\\]|\\.)*")')
_SAID_BY = ("aria-label", "title", "placeholder", "alt")
_FOLDER = resources.files(__name__)


def widget(name: str, *parts: str):
    """Register the widget whose `name`.js (and .html, .css where it has them) lies here, its script preceded by those
    of the `parts`. Returns what mounts it; with the part "words", what it says is in the language of the page."""
    sources = {kind: _FOLDER.joinpath(f"{name}.{kind}") for kind in ("html", "css", "js")}
    texts = {kind: source.read_text("utf-8") for kind, source in sources.items() if source.is_file()}
    texts["js"] = "\n".join([*(_FOLDER.joinpath(f"{part}.js").read_text("utf-8") for part in parts), texts["js"]])
    component = st.components.v2.component(f"fers_{name}", **texts)
    if "words" not in parts:
        return component
    said = messages(texts)

    def mount(data: dict | None = None, **more):
        words = {} if language() == ORIGINAL else {message: translated(message) for message in said}
        return component(data={**(data or {}), "language": language(), "words": words}, **more)

    return mount


def messages(texts: dict[str, str]) -> list[str]:
    """What a widget's script and HTML say, as words.js reads it. `texts`: by kind of file."""
    said = [json.loads(found[1]) for found in _SAID_IN_SCRIPTS.finditer(texts.get("js", ""))]
    return list(dict.fromkeys([*said, *_Said.of(texts.get("html", ""))]))


class _Said(HTMLParser):
    """Collects the messages of a piece of HTML."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._open: list[str] = []
        self._whole: tuple[int, list[str]] | None = None

    @classmethod
    def of(cls, html: str) -> list[str]:
        parser = cls()
        parser.feed(html)
        parser.close()
        return [" ".join(message.split()) for message in parser.said if message.strip()]

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        self.said += [said[name] for name in _SAID_BY if said.get(name)]
        if self._whole:
            self._whole[1].append(self.get_starttag_text())
        if tag in ("input", "br", "img"):
            return
        self._open.append(tag)
        if "data-whole" in said:
            self._whole = len(self._open), []

    def handle_endtag(self, tag):
        if self._whole and self._whole[0] == len(self._open):
            self.said.append("".join(self._whole[1]))
            self._whole = None
        elif self._whole:
            self._whole[1].append(f"</{tag}>")
        self._open.pop()

    def handle_data(self, data):
        if self._whole:
            self._whole[1].append(data)
        elif self._open and self._open[-1] not in ("kbd", "style", "script"):
            self.said.append(data)
