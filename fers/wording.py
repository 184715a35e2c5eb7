"""How numbers, sizes, times and lists stand in sentences: the one place that a translation changes them in."""

import math
import string
from collections.abc import Callable, Iterable
from typing import Any


class _Sentences(string.Formatter):
    """Fills placeholders by name. Besides Python's own formats there are:

    - `{limit:size}`: bytes, as MB or GB;
    - `{wait:duration}`: seconds, rounded up;
    - `{read:shape}`: sides of an array, None for any number;
    - `{cell:quoted}`: what stands in somebody's file, or a list of such, in quotation marks, at most 80 characters;
    - `{kinds:or}`: a list of which one will do; a list without a format is one of which all count.
    """

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "size":
            return size(value)
        if format_spec == "duration":
            return duration(value)
        if format_spec == "shape":
            return " x ".join("any" if side is None else str(side) for side in value)
        if format_spec == "quoted":
            return quoted(value)
        if isinstance(value, list | tuple):
            return listed(value, format_spec or "and")
        if isinstance(value, int) and not isinstance(value, bool) and not format_spec:
            return f"{value:,}"
        return format(value, format_spec)


def filled(sentence: str, fields: dict[str, Any]) -> str:
    """A sentence with its placeholders filled. Raises KeyError for one without a field."""
    return _Sentences().vformat(sentence, (), fields)


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def with_texts(value: Any, change: Callable[[str], str]) -> Any:
    """What can be sent as JSON, with each of its texts changed."""
    if isinstance(value, dict):
        return {key: with_texts(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [with_texts(each, change) for each in value]
    return change(value) if isinstance(value, str) else value


def size(count: int) -> str:
    """Bytes, by thousands."""
    value, unit = (count / 1e9, "GB") if count >= 1e9 else (count / 1e6, "MB")
    return f"{value:.0f} {unit}" if value >= 10 else f"{value:.1f}".removesuffix(".0") + f" {unit}"


def duration(seconds: float) -> str:
    whole = math.ceil(seconds)
    if whole < 120:
        return "1 second" if whole == 1 else f"{whole} seconds"
    return f"{math.ceil(whole / 60)} minutes"


def quoted(value: object) -> str:
    """With what can't be seen escaped, as it might be anything."""
    if isinstance(value, list | tuple):
        return ", ".join(map(quoted, value)) or "none"
    text = "".join(each if each.isprintable() else repr(each)[1:-1] for each in str(value)[:81])
    return f"“{text}”" if len(text) <= 80 else f"“{text[:80]}…”"


def listed(values: Iterable[object], word: str = "and") -> str:
    """ "a, b and c", or with another word before the last."""
    *most, last = [str(value) for value in values] or [""]
    return f"{', '.join(most)} {word} {last}" if most else last
