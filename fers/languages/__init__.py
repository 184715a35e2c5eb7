"""The languages that pages for participants and annotators can be read in, and what their catalogues say.

A catalogue is a gettext file, `<code>.po`, read as it is: there is nothing to compile. `make languages` brings the
template `fers.pot` and all catalogues up to date with the code.
"""

import gettext
import io
import re
from functools import cache
from importlib import resources

ORIGINAL = "en"
_FOLDER = resources.files(__name__)
_NAMES = {
    "en": "English",
    "ar": "العربية",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "pt": "Português",
    "zh": "简体中文",
}
LANGUAGES = {
    code: name for code, name in _NAMES.items() if code == ORIGINAL or _FOLDER.joinpath(f"{code}.po").is_file()
}
"""Their own names, by the code that links and catalogues call them by."""
RIGHT_TO_LEFT = frozenset({"ar"})
_ACCEPTED = re.compile(r"\s*([a-zA-Z]+)[\w-]*\s*(?:;\s*q\s*=\s*([\d.]+))?\s*")


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of one of `LANGUAGES`."""
    if language == ORIGINAL:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with _FOLDER.joinpath(f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def accepted(header: str) -> str | None:
    """The language of ours that a browser's `Accept-Language` likes best; None for none."""
    liked = [found for part in header.split(",") if (found := _ACCEPTED.fullmatch(part))]
    best = sorted(liked, key=lambda one: _quality(one[2]), reverse=True)
    return next((one[1].lower() for one in best if one[1].lower() in LANGUAGES and _quality(one[2])), None)


def _quality(said: str | None) -> float:
    try:
        return 1.0 if said is None else float(said)
    except ValueError:
        return 0.0
