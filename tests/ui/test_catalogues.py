"""Catalogues say all that the code says, and what is chosen is what a page says."""

import ast
import re
import runpy

import pytest
from babel.messages.pofile import read_po

from fers import languages
from fers.languages import LANGUAGES, ORIGINAL, accepted
from fers.wording import placeholders
from tests import REPOSITORY

FOLDER = REPOSITORY / "fers/languages"
TRANSLATED = sorted(code for code in LANGUAGES if code != ORIGINAL)
NO_PROSE = re.compile(r"\{[^}]*\}|<[^>]*>|\*\*")
OTHERS_MARKS = {
    "ar": r"[,;?\"'“”٠-٩]",
    "de": r"[\"'”]|(?<! )…",
    "es": r"[\"'«»]|^[^¿]*\?|^[^¡]*!",
    "fr": r"[\"'“”]|(?<!\u202f)[;!?]|(?<!\u00a0)[:»]|«(?!\u00a0)",
    "pt": r"[\"'«»]",
    "zh": r"[\"',;:!?()「」]",
}
"""What a catalogue has no use for. French parts ; ! and ? from words by a narrow space, : « and » by a wide one."""


def catalogue(name: str, code: str | None = None):
    with (FOLDER / name).open("rb") as file:
        return read_po(file, code)


def known(catalog) -> set:
    return {(message.context, message.id) for message in catalog if message.id}


def forms(text) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def test_the_template_holds_what_the_code_says():
    said = runpy.run_path(str(REPOSITORY / "scripts/languages.py"))["template"]()
    assert known(catalogue("fers.pot")) == known(said), "Run `make languages`."


def test_nothing_is_marked_where_it_is_not_found():
    """Babel looks for messages nowhere within an f-string."""
    sources = [REPOSITORY / "app.py", *(REPOSITORY / "pages").rglob("*.py"), *(REPOSITORY / "fers/ui").rglob("*.py")]
    marks = {"_", "N_", "ngettext", "pgettext"}
    hidden = [
        f"{path.name}:{call.lineno}"
        for path in sources
        for text in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in marks
    ]
    assert hidden == []


def test_those_who_run_a_study_and_what_is_agreed_to_have_one_name():
    """That of the consent. Pages and documents for others speak of a study's owner."""
    said = [form for message in catalogue("fers.pot") if message.id for form in forms(message.id)]
    others = r"\bowner\b|\bterms\b|(?:whoever|person who|those who) runs? (?:this|the) study"
    assert [form for form in said if re.search(others, form)] == []
    assert sum("the people who run this study" in form.casefold() for form in said) > 5


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalogue_says_everything(code):
    catalog = catalogue(f"{code}.po", code)
    assert known(catalog) == known(catalogue("fers.pot")), "Run `make languages`."
    lacking = [message.id for message in catalog if message.id and (message.fuzzy or not all(forms(message.string)))]
    assert lacking == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_has_the_placeholders_of_its_message(code):
    other = [
        (message.id, said)
        for message in catalogue(f"{code}.po", code)
        if message.id
        for said in forms(message.string)
        # "One photo" may be said without its number.
        if not placeholders(said) <= placeholders(forms(message.id)[-1])
        or placeholders(said) | {"count"} != placeholders(forms(message.id)[-1]) | {"count"}
    ]
    assert other == []


@pytest.mark.parametrize("code", OTHERS_MARKS)
def test_a_translation_has_the_marks_of_its_language(code):
    said = [form for message in catalogue(f"{code}.po", code) if message.id for form in forms(message.string)]
    assert [form for form in said if re.search(OTHERS_MARKS[code], NO_PROSE.sub("", form))] == []


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("xx,en;q=0.3,de;q=0.8", "de"),
        ("DE", "de"),
        ("de;q=0,en;q=0.1", "en"),
        ("xx-YY", None),
        ("de;q=nonsense", None),
        ("", None),
        ("*", None),
    ],
    ids=str,
)
def test_a_browser_is_taken_at_its_word(header, language, monkeypatch):
    monkeypatch.setattr(languages, "LANGUAGES", {"en": "English", "de": "Deutsch"})
    assert accepted(header) == language
