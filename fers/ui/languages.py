"""Which language somebody reads, and what a page says in it.

    from fers.ui.languages import _, ngettext

    st.write(_("This is **{study}**.", study=as_typed(study.name)))
    st.write(ngettext("You gave {count} photo.", "You gave {count} photos.", count))

What stands between the quotation marks is the message, in English: a whole sentence with named placeholders, found by
`make languages`. Placeholders are filled as `fers/wording.py` says, by the rules of the language that is read.
"""

from collections.abc import Iterable
from datetime import date, datetime

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from fers import languages, wording
from fers.errors import FersError
from fers.languages import LANGUAGES, ORIGINAL, RIGHT_TO_LEFT
from fers.ui.state import state

COOKIE = "fers_language"
_FROM_RIGHT = {"arrow_forward": "arrow_back", "arrow_back": "arrow_forward", "skip_next": "skip_previous"}


def language() -> str:
    """The code of the language that the current page is in."""
    return state().language if get_script_run_ctx(suppress_warning=True) else ORIGINAL


def translated(message: str) -> str:
    """A message that is marked elsewhere."""
    return languages.translations(language()).gettext(message) if message else ""


def _(message: str, /, **fields: object) -> str:
    return _filled(languages.translations(language()).gettext(message), fields)


def ngettext(one: str, many: str, count: int, /, **fields: object) -> str:
    """What is said of a `count`, which both messages may name as {count}."""
    return _filled(languages.translations(language()).ngettext(one, many, count), {"count": count, **fields})


def pgettext(context: str, message: str, /, **fields: object) -> str:
    """For English words that other languages say differently: `context` tells which are meant."""
    return _filled(languages.translations(language()).pgettext(context, message), fields)


def N_(message: str) -> str:  # noqa: N802  As gettext's tools call it.
    """Marks a message that is `translated` where it is shown."""
    return message


def in_words(error: FersError) -> tuple[str, str]:
    """What happened and what to do next."""
    return tuple(error.said(part, translated, language()) for part in ("what", "next"))


def listed(values: Iterable[object]) -> str:
    """ "a, b and c"."""
    return wording.listed(values, language=language())


def percent(share: float) -> str:
    """A share, 0 to 1, in words that never round to a certainty: "97%", "<1%", ">99%"."""
    return wording.percent(share, language())


def rounded_down(share: float) -> str:
    """A share in whole percent, which is all of it only when it is."""
    return wording.rounded_down(share, language())


def pointing(icon: str) -> str:
    """An icon that points onward or back, as it does in the language of the page. `icon`: its name where people read
    from left to right."""
    return f":material/{_FROM_RIGHT[icon] if language() in RIGHT_TO_LEFT else icon}:"


def day(time: date) -> str:
    return wording.day(time, language())


def moment(time: datetime) -> str:
    return wording.moment(time, language())


def _filled(sentence: str, fields: dict[str, object]) -> str:
    return wording.filled(sentence, fields, language()) if fields else sentence


def begin() -> None:
    """Find out, at the beginning of a run, what language it is in: what was chosen on the page or by the link that was
    followed, or once in this browser, or else what the browser asks for."""
    linked = st.query_params.get("lang")
    if linked in LANGUAGES and linked != state().linked_language:
        state().linked_language = state().chosen_language = linked
    state().language = state().chosen_language or _of_the_browser()


def _of_the_browser() -> str:
    kept = st.context.cookies.get(COOKIE)
    if kept in LANGUAGES:
        return kept
    return languages.accepted(st.context.headers.get("Accept-Language") or "") or ORIGINAL


def only_original() -> None:
    """The page of this run is in English alone: it is for those who run studies."""
    state().language = ORIGINAL
