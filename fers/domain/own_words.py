"""What a study says in its owner's own words, and what that is in other languages."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from fers.domain.protocols import Task
from fers.domain.questions import Question
from fers.domain.studies import Study, Translation


def own_words(study: Study) -> tuple[str, ...]:
    """All that participants read of it, each text once, in the order in which they come to it."""
    said = [study.name, study.purpose, study.consent_words, *(task.scenario for task in study.protocol.tasks)]
    for question in study.questions:
        words = question.words
        said += [words.text, *words.options, words.low, words.high, words.explanation]
    return tuple(dict.fromkeys(text for text in said if text.strip()))


def guide(study: Study) -> tuple[str, ...]:
    """The same of annotators, who read none of that: the labelling guide, if its owner has written one."""
    return tuple(text for text in [study.labelling_guide or ""] if text.strip())


def lacking(study: Study, language: str, said: Callable[[Study], tuple[str, ...]] = own_words) -> tuple[str, ...]:
    """The texts that are not there in `language`: all of them in one that nobody translated into. `said`: of which."""
    known = _known(study, language)
    return () if language == study.language else tuple(text for text in said(study) if text not in known)


@dataclass(frozen=True)
class OwnWords:
    """What a study says to somebody: in the language that they read, or in its own where a text lacks in that one, so
    that nobody meets two languages in turn."""

    language: str
    """In which its words are."""
    known: Mapping[str, str]

    def say(self, text: str) -> str:
        return self.known.get(text, text)

    def task(self, task: Task) -> Task:
        """As it is put to them; its id is another one."""
        return replace(task, scenario=self.say(task.scenario))

    def question(self, question: Question) -> Question:
        """As it is put to them; its version is another one."""
        words = question.words
        said = replace(
            words,
            text=self.say(words.text),
            options=tuple(map(self.say, words.options)),
            low=self.say(words.low),
            high=self.say(words.high),
            explanation=self.say(words.explanation),
        )
        return replace(question, words=said)


def translated_for_participants(study: Study) -> tuple[Translation, ...]:
    """The translations of what participants read, without the guide's and without texts that it says no longer."""
    said = own_words(study)
    kept = (
        replace(each, texts=tuple(text for text in each.texts if text.original in said)) for each in study.translations
    )
    return tuple(each for each in kept if each.texts)


def read_in(study: Study, language: str) -> OwnWords:
    """What the study says to a participant who reads `language`."""
    return _read_in(study, language, own_words)


def guide_read_in(study: Study, language: str) -> OwnWords:
    """The same to an annotator. The guide waits for nothing that participants read, and they don't wait for it."""
    return _read_in(study, language, guide)


def as_read_in(study: Study, language: str) -> Study:
    """The study as somebody meets it who reads `language`. Its tasks and questions keep no ids: it is to be looked at,
    and nothing is to be kept by it."""
    own = read_in(study, language)
    return replace(
        study,
        name=own.say(study.name),
        purpose=own.say(study.purpose),
        consent_words=own.say(study.consent_words),
        protocol=replace(study.protocol, tasks=tuple(map(own.task, study.protocol.tasks))),
        questions=tuple(map(own.question, study.questions)),
        labelling_guide=study.labelling_guide and guide_read_in(study, language).say(study.labelling_guide),
    )


def _read_in(study: Study, language: str, said: Callable[[Study], tuple[str, ...]]) -> OwnWords:
    if lacking(study, language, said):
        return OwnWords(study.language, {})
    return OwnWords(language, _known(study, language))


def _known(study: Study, language: str) -> dict[str, str]:
    found: Iterable[tuple[str, str]] = (
        (each.original, each.translated)
        for translation in study.translations
        if translation.language == language
        for each in translation.texts
    )
    return dict(found)
