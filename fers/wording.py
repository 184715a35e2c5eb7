"""How numbers, sizes, times and lists stand in sentences, by the rules of the language that these are in. English needs
nothing for that; of other languages Babel knows what Unicode's CLDR says."""

import math
import string
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from fers.languages import RIGHT_TO_LEFT

_ENGLISH = "en"
_MARKS = {"de": ("„", "“"), "fr": ("«\N{NO-BREAK SPACE}", "\N{NO-BREAK SPACE}»"), "ar": ("«", "»")}
"""Quotation marks of languages that have others than English. Babel doesn't know them."""
MOST_QUOTED = 30
"""Of a list. Tables of landmarks have thousands of columns."""
_COMMAS = {"ar": "، ", "zh": "、"}


class _Sentences(string.Formatter):
    """Fills placeholders by name. Besides Python's own formats there are:

    - `{limit:size}`: bytes, as MB or GB;
    - `{wait:duration}`: seconds, rounded up;
    - `{read:shape}`: sides of an array, None for any number;
    - `{cell:quoted}`: what stands in somebody's file, or a list of such, in quotation marks, at most 80 characters
      of each and at most 30 of them;
    - `{kinds:or}`: a list of which one will do; a list without a format is one of which all count.
    """

    def __init__(self, language: str):
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "size":
            return size(value, self._language)
        if format_spec == "duration":
            return duration(value, self._language)
        if format_spec == "shape":
            return " x ".join("any" if side is None else str(side) for side in value)
        if format_spec == "quoted":
            return quoted(value, self._language)
        if isinstance(value, list | tuple):
            return listed(value, format_spec or "and", self._language)
        if isinstance(value, int) and not isinstance(value, bool) and not format_spec:
            return number(value, self._language)
        return format(value, format_spec)


def filled(sentence: str, fields: dict[str, Any], language: str = _ENGLISH) -> str:
    """A sentence with its placeholders filled. Raises KeyError for one without a field."""
    return _Sentences(language).vformat(sentence, (), fields)


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def with_texts(value: Any, change: Callable[[str], str]) -> Any:
    """What can be sent as JSON, with each of its texts changed."""
    if isinstance(value, dict):
        return {key: with_texts(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [with_texts(each, change) for each in value]
    return change(value) if isinstance(value, str) else value


def number(value: float, language: str = _ENGLISH) -> str:
    if language == _ENGLISH:
        return f"{value:,}"
    from babel.numbers import format_decimal

    return format_decimal(value, locale=language)


def percent(share: float, language: str = _ENGLISH) -> str:
    """A share, 0 to 1, in words that never round to a certainty: "97%", "<1%", ">99%"."""
    if share < 0.005:
        return _left_to_right(f"<{_percent(0.01, language)}", language)
    return _left_to_right(f">{_percent(0.99, language)}", language) if share > 0.995 else _percent(share, language)


def rounded_down(share: float, language: str = _ENGLISH) -> str:
    """A share in whole percent, which is 100% only when it is all."""
    return _percent(min(int(share * 100), 100) / 100, language)


def _left_to_right(text: str, language: str) -> str:
    """Else what stands before a number would stand behind it in a text that runs the other way."""
    return f"\u2066{text}\u2069" if language in RIGHT_TO_LEFT else text


def _percent(share: float, language: str) -> str:
    if language == _ENGLISH:
        return f"{share:.0%}"
    from babel.numbers import format_percent

    return format_percent(round(share, 2), locale=language)


def day(time: date, language: str = _ENGLISH) -> str:
    """ "1 Dec 2026"."""
    if language == _ENGLISH:
        return f"{time.day} {time:%b %Y}"
    from babel.dates import format_date

    return format_date(time, "medium", locale=language)


def moment(time: datetime, language: str = _ENGLISH) -> str:
    """ "1 Dec 2026, 09:30 (UTC)"."""
    return f"{day(time, language)}, {time:%H:%M} (UTC)"


def size(count: int, language: str = _ENGLISH) -> str:
    """Bytes, by thousands."""
    value, unit = (count / 1e9, "GB") if count >= 1e9 else (count / 1e6, "MB")
    rounded = round(value, 0 if value >= 10 else 1)
    return f"{number(int(rounded) if rounded.is_integer() else rounded, language)} {unit}"


def duration(seconds: float, language: str = _ENGLISH) -> str:
    whole = math.ceil(seconds)
    count, unit = (whole, "second") if whole < 120 else (math.ceil(whole / 60), "minute")
    if language == _ENGLISH:
        return f"{count} {unit}{'s' * (count != 1)}"
    from babel.units import format_unit

    return format_unit(count, f"duration-{unit}", locale=language)


def quoted(value: object, language: str = _ENGLISH) -> str:
    """With what can't be seen escaped, as it might be anything."""
    if isinstance(value, list | tuple):
        shown = [quoted(each, language) for each in value[:MOST_QUOTED]] + ["…"] * (len(value) > MOST_QUOTED)
        return _COMMAS.get(language, ", ").join(shown) or "none"
    text = "".join(each if each.isprintable() else repr(each)[1:-1] for each in str(value)[:81])
    before, after = _MARKS.get(language, ("“", "”"))
    return f"{before}{text if len(text) <= 80 else text[:80] + '…'}{after}"


def listed(values: Iterable[object], word: str = "and", language: str = _ENGLISH) -> str:
    """ "a, b and c", or "a, b or c"."""
    texts = [str(value) for value in values] or [""]
    if language != _ENGLISH:
        from babel.lists import format_list

        return format_list(texts, style="or" if word == "or" else "standard", locale=language)
    *most, last = texts
    return f"{', '.join(most)} {word} {last}" if most else last
