"""The words that people are asked to agree to, in the languages that they are there in.

A file of `fers/consent_texts` holds the words for every study, and behind them, each after its name in a comment, what
is added in studies that are run so. It is never edited: people agreed to it. A translation is a file beside it, such as
`2026-11.de.md`, and another version by name and hash.
"""

import re
from functools import cache
from importlib import resources
from string import Template

from fers.domain.consent import ConsentText
from fers.domain.own_words import as_read_in
from fers.domain.studies import Study
from fers.languages import LANGUAGES, ORIGINAL, RIGHT_TO_LEFT

CONSENT, ABOUT_YOU = "2026-11", "about-you-2026-11"
_FOLDER = resources.files("fers.consent_texts")
_PART = re.compile(r"^<!-- ([a-z-]+) -->$", re.MULTILINE)


def text_for(study: Study, language: str = ORIGINAL) -> ConsentText:
    """What a study's participants are asked to agree to; in English where there is no translation. What the study says
    itself is in that language where all of it was translated."""
    return _text_for(as_read_in(study, language), language)


def texts_for(study: Study) -> list[ConsentText]:
    """The same in each language that it is there in."""
    return list(dict.fromkeys(text_for(study, language) for language in LANGUAGES))


def acceptable_in(study: Study, language: str) -> list[ConsentText]:
    """All that somebody may have agreed to in a language: who did so before the study's own words were translated read
    these as they are, and need not read them once more."""
    return list(dict.fromkeys((text_for(study, language), _text_for(study, language))))


def acceptable(study: Study) -> set[ConsentText]:
    """The same in any language."""
    return {text for language in LANGUAGES for text in acceptable_in(study, language)}


def _text_for(study: Study, language: str) -> ConsentText:
    version = _version(CONSENT, language)
    words, parts = _read(version)
    if study.crop_only:
        words += parts["crop-only"]
    if study.questions:
        words += parts["questions"]
    if study.recruiting.is_on:
        words += parts["panel"]
    if study.consent_words.strip():
        words += parts["own-words"]
    return _filled(version, words, study)


def about_you(study: Study, language: str = ORIGINAL) -> ConsentText:
    """What is agreed to by those who say something about themselves."""
    version = _version(ABOUT_YOU, language)
    return _filled(version, _read(version)[0], as_read_in(study, language))


def _filled(version: str, words: str, study: Study) -> ConsentText:
    """What the study says runs its own way in words that are read from right to left."""
    particulars = {
        "study": study.name,
        "purpose": study.purpose,
        "owner": study.owner,
        "contact": study.contact,
        "retention_days": str(study.retention_days),
    }
    if ConsentText(version, words).language in RIGHT_TO_LEFT:
        particulars = {name: f"\u2068{said}\u2069" for name, said in particulars.items()}
    return ConsentText(version, Template(words).substitute(particulars, consent_words=study.consent_words.strip()))


def _version(name: str, language: str) -> str:
    translated = f"{name}.{language}"
    return translated if language in LANGUAGES and _FOLDER.joinpath(f"{translated}.md").is_file() else name


@cache
def _read(version: str) -> tuple[str, dict[str, str]]:
    """The words for every study, and what may be added to them by name."""
    words, *parts = _PART.split(_FOLDER.joinpath(f"{version}.md").read_text("utf-8"))
    added = {name: f"\n{part.strip()}\n" for name, part in zip(parts[::2], parts[1::2], strict=True)}
    return f"{words.strip()}\n", added
