"""What a study's link for a panel, and the ways back there, may be like."""

import re
from urllib.parse import urlsplit

from fers.domain.recruiting import ID_PLACEHOLDER, Exit, Recruiting
from fers.domain.studies import Study
from fers.errors import InvalidInput

LONGEST_URL = 500
LONGEST_COMPLETION_CODE = 100
STUDY_PARAMETER = "study"
"""What the study's code is called in the link."""
_PARAMETER = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}", re.ASCII)
_TAKEN = {STUDY_PARAMETER, "code"}


def check_recruiting(study: Study) -> None:
    """Raises InvalidInput for what would lead nobody here, or back."""
    recruiting = study.recruiting
    if recruiting.is_on and (not _PARAMETER.fullmatch(recruiting.parameter) or recruiting.parameter in _TAKEN):
        raise InvalidInput("recruiting.parameter")
    for way in ways_back(recruiting):
        _check_exit(way)


def ways_back(recruiting: Recruiting) -> tuple[Exit, ...]:
    return (recruiting.completed, recruiting.declined, recruiting.screened_out, recruiting.failed_check)


def _check_exit(way: Exit) -> None:
    if way.url and not _is_usable(way.url):
        raise InvalidInput("recruiting.url", longest=LONGEST_URL, placeholder=ID_PLACEHOLDER)
    if len(way.code) > LONGEST_COMPLETION_CODE or not way.code.isprintable():
        raise InvalidInput("recruiting.code", longest=LONGEST_COMPLETION_CODE)


def _is_usable(url: str) -> bool:
    """Whether an https address, with an id in its place, is one that any browser reads as it stands: none that hides
    where it leads, and none whose server the id would choose."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or set(url) & set(' \\"<>`^|'):
        return False
    try:
        parts = urlsplit(url)
        port_is_sound = parts.port is None or parts.port > 0
    except ValueError:
        return False
    rest = f"{parts.path}?{parts.query}#{parts.fragment}".replace(ID_PLACEHOLDER, "")
    is_of_a_server = bool(parts.hostname) and "@" not in parts.netloc and not set(parts.netloc) & set("{}%")
    return parts.scheme == "https" and is_of_a_server and port_is_sound and not set(rest) & set("{}")
