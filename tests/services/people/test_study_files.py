"""A study as one readable file: the same text for the same study, read back as it was, and refused in words."""

import string
import tomllib
from dataclasses import replace

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from fers.cli.studies import study as command
from fers.domain.emotions import Emotion
from fers.domain.faces import Display
from fers.domain.groups import AgeBand
from fers.domain.own_words import guide, own_words
from fers.domain.people import OPERATOR
from fers.domain.protocols import Protocol, Quota, Task, TaskOrder
from fers.domain.questions import (
    Check,
    CheckKind,
    Choice,
    Likert,
    Moment,
    Number,
    Question,
    ShortText,
    Words,
)
from fers.domain.review import QueueOrder
from fers.domain.studies import Translated, Translation
from fers.errors import FersError, InvalidInput
from fers.services.people.study_text import read, written
from tests.contracts.samples import a_study
from tests.people import participant

FEAR = Task(Emotion.FEAR, "You hear steps.\nThey come nearer.", Display.POSED, times=2)
STUDY = a_study(
    labelling_guide="Look *twice*.",
    asks_groups=True,
    protocol=Protocol(
        (FEAR, Task(Emotion.SAD)),
        TaskOrder.BALANCED,
        per_person=2,
        quotas=(Quota(Emotion.FEAR, 9), Quota(Emotion.FEAR, 3, ("Age", AgeBand.OLDER.value))),
    ),
    translations=(Translation("de", (Translated("How old are you?", "Wie alt sind Sie?"),)),),
    questions=(
        Question("age", Words("How old are you?"), Number(18, 99)),
        Question(
            "read",
            Words("What will you show?", ("Faces", "Hands"), explanation="It is about faces."),
            Choice(check=Check(CheckKind.COMPREHENSION, frozenset({1}), tries=2), screens_out=frozenset({2})),
        ),
        Question("hard", Words("How hard was it?", low="easy"), Likert(7), Moment.AFTER_TASK, FEAR.id),
        Question("why", Words("Why?"), ShortText(100, shared=True), Moment.AFTER, optional=True),
    ),
)
TEXT = written(STUDY)
NOTHING = replace(a_study("another"), name="", purpose="")


def with_line(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def of_file(study):
    """What of a study is in its file."""
    quotas = tuple(sorted(study.protocol.quotas, key=str))
    here = a_study()
    return replace(
        study,
        protocol=replace(study.protocol, quotas=quotas),
        id=here.id,
        owner=here.owner,
        contact=here.contact,
        join_code=here.join_code,
        ethics_approval=here.ethics_approval,
    )


texts = st.text(max_size=40)
names = st.text(string.ascii_lowercase, min_size=1, max_size=8)
numbers = st.frozensets(st.integers(1, 9), max_size=3)
checks = st.builds(Check, st.just(CheckKind.COMPREHENSION), numbers, st.integers(1, 5)) | st.builds(
    Check, st.just(CheckKind.ATTENTION), numbers
)
bounds = st.none() | st.floats(-1e9, 1e9)
tasks = st.builds(Task, st.sampled_from(Emotion), texts, st.none() | st.sampled_from(Display), st.integers(1, 9))
quotas = st.builds(
    Quota, st.sampled_from(Emotion), st.integers(1, 999), st.none() | st.just(("Age", AgeBand.OLDER.value))
)
asked = st.one_of(
    st.tuples(
        st.builds(Choice, st.booleans(), st.none() | checks, numbers),
        st.builds(Words, texts, st.lists(texts, max_size=4).map(tuple), explanation=texts),
    ),
    st.tuples(st.builds(Likert, st.integers(2, 11)), st.builds(Words, texts, low=texts, high=texts)),
    st.tuples(st.builds(Number, bounds, bounds, st.booleans()), st.builds(Words, texts)),
    st.tuples(st.builds(ShortText, st.integers(1, 999), st.booleans()), st.builds(Words, texts)),
)


@st.composite
def studies(draw):
    protocol = draw(
        st.builds(
            Protocol,
            st.lists(tasks, max_size=3).map(tuple),
            st.sampled_from(TaskOrder),
            st.none() | st.integers(1, 9),
            st.lists(quotas, max_size=3, unique_by=str).map(tuple),
        )
    )
    questions = []
    for kind, words in draw(st.lists(asked, max_size=4)):
        moments = list(Moment) if protocol.tasks else [each for each in Moment if each is not Moment.AFTER_TASK]
        moment = draw(st.sampled_from(moments))
        task = draw(st.sampled_from(protocol.tasks)).id if moment is Moment.AFTER_TASK else None
        questions.append(Question(draw(names), words, kind, moment, task, draw(st.booleans())))
    study = replace(
        a_study(),
        name=draw(texts),
        purpose=draw(texts),
        consent_words=draw(texts),
        labelling_guide=draw(st.none() | texts),
        retention_days=draw(st.integers(1, 3650)),
        crop_only=draw(st.booleans()),
        ask_first_share=draw(st.floats(0, 1)),
        overlap=draw(st.integers(1, 20)),
        queue_order=draw(st.sampled_from(QueueOrder)),
        protocol=protocol,
        questions=tuple(questions),
        language=draw(st.sampled_from(("en", "ar"))),
    )
    said = st.text(min_size=1, max_size=20).filter(str.strip)
    translations, every = [], (*own_words(study), *guide(study))
    for language in draw(st.lists(st.sampled_from(("ar", "de")), unique=True)):
        texts_said = [Translated(text, draw(said)) for text in dict.fromkeys(every) if draw(st.booleans())]
        translations += [Translation(language, tuple(texts_said))] if texts_said else []
    return replace(study, translations=tuple(translations))


@settings(deadline=None)
@given(studies())
def test_every_study_comes_back_from_its_file_as_it_was_and_writes_the_same_file_again(study):
    text = written(study)
    back = read(text, NOTHING)
    assert of_file(back) == of_file(study)
    assert written(back) == text
    assert [question.version for question in back.questions] == [question.version for question in study.questions]


@settings(deadline=None)
@given(at=st.integers(0, len(TEXT)), what=st.text(max_size=3), gone=st.integers(0, 12))
def test_a_file_that_somebody_damaged_is_read_or_refused_in_words(at, what, gone):
    try:
        read(TEXT[:at] + what + TEXT[at + gone :], NOTHING)
    except FersError as refusal:
        assert refusal.code.startswith("study-file.") and str(refusal)


def test_the_file_holds_nothing_of_people_and_no_code(platform):
    for secret in (STUDY.id, STUDY.join_code, STUDY.owner, STUDY.contact, FEAR.id):
        assert secret not in TEXT
    content = tomllib.loads(TEXT)
    assert content["protocol"]["tasks"][0]["scenario"] == FEAR.scenario
    assert content["questions"][2]["task"] == 1


REFUSED = {
    "line": ("name = ", "name == ", "line 3"),
    "mark": ("fers-study = 1", "", "fers-study"),
    "format": ("fers-study = 1", "fers-study = 2", "format “2”"),
    "missing": ("wanted = 9", '"any-one" = 9', "protocol.quotas[1].wanted"),
    "type": ("wanted = 9", "wanted = true", "protocol.quotas[1].wanted"),
    "value": ('kind = "scale"', 'kind = "scales"', "questions[3].kind"),
    "unknown": ("points = 7", "points = 7\nsteps = 7", "questions[3].steps"),
    "misplaced": ("points = 7", "points = 7\nwhole = true", "questions[3].whole"),
    "task": ("task = 1", "task = 3", "questions[3].task"),
    "number": ("most = 99", "most = nan", "questions[1].most"),
    "huge": ("points = 7", f"points = 1{'0' * 400}", "questions[3].points"),
    "table": ("[settings]", "[[settings]]", "settings"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_wrong_is_named_by_its_line_or_its_field(what):
    old, new, named = REFUSED[what]
    with pytest.raises(InvalidInput) as refusal:
        read(with_line(old, new), NOTHING)
    assert named in str(refusal.value)


FOREIGN = {
    "binary": b"\xff\xfe",
    "zip": b"PK\x03\x04",
    "other": b"name = 'x'",
    "large": b"#" * 1_000_001,
    "deep": b"x = " + b"[" * 9000,
}


@pytest.mark.parametrize("data", FOREIGN.values(), ids=FOREIGN)
def test_foreign_files_are_refused(platform, data):
    before = platform.studies.mine(OPERATOR)
    with pytest.raises(InvalidInput):
        platform.study_files.create(OPERATOR, data)
    assert platform.studies.mine(OPERATOR) == before


def test_a_new_study_of_a_file_is_closed_and_has_a_code_of_its_own(platform):
    made = platform.study_files.create(OPERATOR, TEXT.encode())
    assert of_file(replace(made, open=True, purpose_confirmed=True)) == of_file(STUDY)
    assert not made.open and not made.owner and made.join_code != STUDY.join_code
    with pytest.raises(InvalidInput, match="--name"):
        platform.study_files.create(OPERATOR, TEXT.encode())
    again = platform.study_files.create(OPERATOR, TEXT.encode(), "Again")
    assert platform.study_files.text(OPERATOR, again.id) == TEXT.replace('name = "faces"', 'name = "Again"', 1)


QUOTA = '{ expression = "fear", wanted = 9 },'
IMPOSSIBLE = {
    "scale": ("points = 7", "points = 70", "“hard” can have 2 to 11 points"),
    "task": ("times = 2", "times = 0", "Task 1 can be asked 1 to 50 times"),
    "quota": ("wanted = 9", "wanted = 0", "The quota for fear can be 1 to 1,000,000 faces"),
    "quotas": (QUOTA, 2 * QUOTA, "The same faces of fear are wanted twice"),
    "screens out": ("screens-out = [", "screens-out = [1, ", "“read”, the study ends for them"),
    "language": ('language = "de"', 'language = "en"', "its words in English twice"),
}


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_a_file_that_no_study_could_follow_makes_none(platform, what):
    old, new, named = IMPOSSIBLE[what]
    with pytest.raises(InvalidInput, match=named):
        platform.study_files.create(OPERATOR, with_line(old, new).encode())
    assert len(platform.studies.mine(OPERATOR)) == 1


def test_a_study_takes_over_a_file_and_stays_itself(platform):
    study = platform.studies.current()
    planned = platform.study_files.planned(OPERATOR, study.id, TEXT.encode())
    participant(platform)
    assert platform.consents.asked_again(OPERATOR, planned) == 1
    platform.studies.update(OPERATOR, planned)
    now = platform.studies.current()
    assert (now.id, now.owner, now.join_code, now.open) == (study.id, study.owner, study.join_code, True)
    assert now.questions == STUDY.questions


def test_the_command_line_writes_and_reads_files(platform, monkeypatch, tmp_path):
    monkeypatch.setattr("fers.assembly.assemble", lambda _: platform)
    platform.study_files.create(OPERATOR, TEXT.encode())
    exported = CliRunner().invoke(command, ["export", "faces"])
    assert exported.stdout == TEXT
    file = tmp_path / "study.toml"
    file.write_text(TEXT)
    imported = CliRunner().invoke(command, ["import", str(file), "--name", "Again"])
    assert "Made the study Again with 2 tasks and 4 questions." in imported.output
    file.write_text("\nname = ?")
    refused = CliRunner().invoke(command, ["import", str(file)])
    assert refused.exit_code == 1 and "line 2" in refused.output


def test_a_file_to_be_translated_has_every_text_and_may_be_filled_in_bit_by_bit():
    text = written(STUDY, to_translate="ar")
    german, arabic = tomllib.loads(text)["translations"]
    assert [each["translated"] for each in german["texts"]] == ["Wie alt sind Sie?"], "as it was"
    assert [each["original"] for each in arabic["texts"]] == [*own_words(STUDY), *guide(STUDY)]
    assert read(text, NOTHING).translations == STUDY.translations, "nothing is filled in yet"
    filled = text.replace('original = "Why?"\ntranslated = ""', 'original = "Why?"\ntranslated = "لماذا؟"')
    assert read(filled, NOTHING).translations[1] == Translation("ar", (Translated("Why?", "لماذا؟"),))


def test_what_the_study_says_no_longer_is_left_out_of_its_file():
    age, *others = STUDY.questions
    asked = (replace(age, words=Words("What is your age?")), *others)
    assert "Wie alt" not in written(replace(STUDY, questions=asked))


@pytest.mark.parametrize("languages", [("de", "de"), ("en",)], ids=["a translation", "its own"])
def test_a_study_says_its_words_once_in_each_language(platform, languages):
    study = platform.studies.current()
    twice = tuple(Translation(language, (Translated(study.name, "?"),)) for language in languages)
    with pytest.raises(InvalidInput) as refusal:
        platform.studies.update(OPERATOR, replace(study, translations=twice))
    assert refusal.value.code == "study.language-twice"


def test_a_translated_guide_may_be_as_long_as_a_guide(platform):
    study = replace(platform.studies.current(), labelling_guide="Look.")
    translation = Translation("de", (Translated("Look.", "x" * 10_001),))
    with pytest.raises(InvalidInput) as refusal:
        platform.studies.update(OPERATOR, replace(study, translations=(translation,)))
    assert refusal.value.code == "study.translation" and "10,000 characters" in str(refusal.value)


def test_a_translation_can_be_run_as_the_study_can(platform):
    study = platform.studies.current()
    question = Question("hand", Words("Which hand?", ("Left", "Right")), Choice())
    said = {study.name: "1", study.purpose: "2", "Which hand?": "3", "Left": "Hand", "Right": "Hand"}
    texts = tuple(Translated(*pair) for pair in said.items())
    with pytest.raises(InvalidInput) as refusal:
        platform.studies.update(
            OPERATOR, replace(study, questions=(question,), translations=(Translation("de", texts),))
        )
    assert "In Deutsch" in str(refusal.value) and "Two answers of the question “hand”" in str(refusal.value)
