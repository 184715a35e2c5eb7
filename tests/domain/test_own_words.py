"""A study's own words in several languages: whole or not at all."""

from dataclasses import replace

import pytest

from fers.domain.emotions import Emotion
from fers.domain.own_words import as_read_in, guide, guide_read_in, lacking, own_words, read_in
from fers.domain.protocols import Protocol, Task
from fers.domain.questions import Choice, Likert, Question, Words
from fers.domain.readiness import as_participants_meet_it, readiness
from fers.domain.studies import Translated, Translation
from tests.contracts.samples import a_study

STUDY = a_study(
    "Faces",
    purpose="To learn.",
    consent_words="We pay you.",
    protocol=Protocol((Task(Emotion.FEAR, "You hear steps."), Task(Emotion.SAD))),
    questions=(
        Question("hand", Words("Which hand?", ("Left", "Right"), explanation="The other."), Choice()),
        Question("hard", Words("How hard?", low="easy", high="hard"), Likert()),
    ),
)


def german(*missing: str) -> Translation:
    return Translation("de", tuple(Translated(text, f"de: {text}") for text in own_words(STUDY) if text not in missing))


WHOLE = replace(STUDY, translations=(german(),))


def test_all_that_participants_read_is_to_be_translated():
    said = "Faces|To learn.|We pay you.|You hear steps.|Which hand?|Left|Right|The other.|How hard?|easy|hard"
    assert own_words(STUDY) == tuple(said.split("|"))


def test_a_study_that_has_all_its_words_is_read_in_both_languages():
    assert lacking(WHOLE, "de") == ()
    said = own_words(as_read_in(WHOLE, "de"))
    assert said == tuple(f"de: {text}" for text in own_words(STUDY))
    assert as_read_in(WHOLE, "en") == WHOLE
    assert as_read_in(WHOLE, "ar") == WHOLE, "nobody translated it"


@pytest.mark.parametrize("missing", own_words(STUDY))
def test_where_one_text_lacks_none_is_shown(missing):
    study = replace(STUDY, translations=(german(missing),))
    assert lacking(study, "de") == (missing,)
    own = read_in(study, "de")
    assert own.language == "en" and all(own.say(text) == text for text in own_words(study))


def test_what_changes_has_to_be_translated_again():
    changed = replace(WHOLE, purpose="To sell.")
    assert lacking(changed, "de") == ("To sell.",) and as_read_in(changed, "de") == changed


GUIDED = replace(STUDY, labelling_guide="Look *twice*.")
IN_GERMAN = (Translation("de", (Translated("Look *twice*.", "Zweimal *schauen*."),)),)


def test_the_guide_waits_for_nothing_that_participants_read():
    study = replace(GUIDED, translations=IN_GERMAN)
    own = guide_read_in(study, "de")
    assert (own.language, own.say("Look *twice*.")) == ("de", "Zweimal *schauen*.")
    assert as_read_in(study, "de") == replace(study, labelling_guide="Zweimal *schauen*."), "the rest is not there"
    assert guide_read_in(study, "ar").language == "en" == guide_read_in(GUIDED, "de").language


def test_participants_do_not_wait_for_the_guide():
    study = replace(WHOLE, labelling_guide="Look *twice*.")
    assert lacking(study, "de") == () and lacking(study, "de", guide) == ("Look *twice*.",)
    assert own_words(study) == own_words(STUDY)


def test_a_translated_guide_changes_nothing_that_participants_meet():
    guided = replace(GUIDED, translations=IN_GERMAN)
    assert as_participants_meet_it(guided) == as_participants_meet_it(GUIDED)
    assert as_participants_meet_it(WHOLE) != as_participants_meet_it(STUDY)


def test_the_checklist_says_in_which_languages_the_guide_is_there():
    def line(study):
        names = {"de": "Deutsch", "fr": "Français"}
        return next((item for item in readiness(study, names) if item.name == "Labelling guide"), None)

    there = line(replace(GUIDED, translations=IN_GERMAN))
    assert there.is_done and there.says == "Annotators can read your guide in Deutsch, too."
    short = line(replace(GUIDED, translations=(*IN_GERMAN, Translation("fr", (Translated("Faces", "Visages"),)))))
    assert not short.is_done and not short.is_required
    assert "in Deutsch, too. It is not there in Français" in short.says
    assert line(GUIDED) is None and line(WHOLE) is None


def test_a_study_in_german_has_its_words_in_german():
    study = replace(STUDY, language="de")
    assert lacking(study, "de") == () and read_in(study, "de").language == "de"
    assert read_in(study, "en").language == "de"


def test_the_checklist_says_which_languages_are_whole():
    def line(study):
        return next((item for item in readiness(study, {"de": "Deutsch"}) if item.name == "Your own words"), None)

    whole, short = line(WHOLE), line(replace(STUDY, translations=(german("easy"),)))
    assert whole.is_done and "in Deutsch" in whole.says
    assert not short.is_done and not short.is_required and "Deutsch (1 of 11 texts)" in short.says
    assert line(STUDY) is None
