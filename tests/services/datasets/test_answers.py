"""What participants answered goes into dataset versions with their faces, and leaves them with these."""

import csv
import hashlib
import io
import json
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from fers.datasets import load
from fers.domain.consent import Purpose
from fers.domain.people import OPERATOR
from fers.domain.questions import Check, CheckKind, Choice, Likert, Moment, Number, Question, ShortText, Words
from fers.domain.studies import Translated, Translation
from fers.domain.versions import content_id
from fers.errors import InvalidInput
from fers.services.people.study_text import read, written
from tests.exporting.versions import described, download
from tests.people import EVERYTHING, give_face, participant, pattern

AGE = Question("age", Words("How old are you?"), Number(18, 99))
READ = Question("read", Words("Ready?", ("Yes", "No")), Choice(check=Check(CheckKind.COMPREHENSION, frozenset({1}), 2)))
PLACES = Question("places", Words("Where?", ("At home", "At work")), Choice(several=True), optional=True)
WHY = Question("why", Words("Why?"), ShortText(shared=True), optional=True)
SECRET = Question("secret", Words("What else?"), ShortText(), optional=True)
HARD = Question("hard", Words("How hard was it?", low="easy", high="hard"), Likert(5), Moment.AFTER_PHOTO)
ALL = (AGE, READ, PLACES, WHY, SECRET, HARD)


@pytest.fixture
def ask(platform):
    def ask(*questions: Question) -> None:
        platform.studies.update(OPERATOR, replace(platform.studies.current(), questions=questions))

    return ask


@pytest.fixture
def give(platform, clock):
    """Somebody who answers, gives a face for each number and says how hard it was."""

    def give(name: str, *hard: int, purposes=EVERYTHING, shared=(), **answers):
        person = participant(platform, f"{name}@example.org", purposes)
        due = platform.questions.due(person)
        platform.questions.answer(person, due, {one.name: answers.get(one.name) for one in due.questions}, shared)
        for number in hard:
            clock.advance(minutes=1)
            give_face(
                platform, person, picture=pattern(int(hashlib.sha256(name.encode()).hexdigest()[:6], 16) + number)
            )
            if asked := platform.questions.due(person):
                platform.questions.answer(person, asked, {"hard": number})
        return person

    return give


def freeze(platform, name="v1"):
    return platform.versions.freeze(OPERATOR, platform.studies.current().id, name)


def table(archive, name: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(archive.read(f"{name}.csv").decode())))


def codebook(platform, name: str) -> list[dict]:
    return json.loads(download(platform, "imagefolder", version=name).read("codebook.json"))["questions"]


def test_answers_are_handed_out_with_the_faces_of_whoever_agreed_to_it(platform, ask, give):
    ask(*ALL)
    give("ada", 4, 2, age=30, read=1, places=(2,), why="Fun.", secret="I am Ada.", shared=["why", "secret"])
    give("bob", 5, age=41, read=1, why="No.", shared=[])
    give("cyd", 1, age=52, read=1, purposes=EVERYTHING - {Purpose.PUBLISH})
    give("dan", age=63, read=1)
    freeze(platform)
    archive = download(platform, "imagefolder")
    faces = described(archive)
    people = table(archive, "participants")
    assert [set(row) for row in people] == [{"person", "age", "read", "places_1", "places_2", "why"}] * 2
    assert {row["person"] for row in people} == {face["person"] for face in faces}
    said = {row.pop("age"): row for row in people}
    assert {said["30"][name] for name in ("read", "places_2")} == {"1"} and said["30"]["places_1"] == "0"
    assert (said["30"]["why"], said["41"]["why"], said["41"]["places_1"]) == ("Fun.", "", "")
    photos = {row["face"]: (row["hard"], row["person"]) for row in table(archive, "photos")}
    assert photos.keys() == {face["id"] for face in faces}
    assert {face["id"]: face["person"] for face in faces} == {face: person for face, (_, person) in photos.items()}
    assert sorted(hard for hard, _ in photos.values()) == ["2", "4", "5"]
    everything = b"".join(archive.read(name) for name in archive.namelist() if not name.endswith(".jpg"))
    assert b"I am Ada" not in everything and b"No." not in everything


def test_a_codebook_says_what_each_column_and_number_means(platform, ask, give):
    ask(*ALL)
    give("ada", 4, age=30, read=1, places=(1, 2))
    version = freeze(platform)
    archive = download(platform, "imagefolder")
    codebook = json.loads(archive.read("codebook.json"))
    assert codebook["study_sha256"] == version.study_sha256
    questions = {one["name"]: one for one in codebook["questions"]}
    assert set(questions) == {"age", "read", "places", "hard"}
    for name in ("participants", "photos"):
        columns = [column for one in questions.values() if one["table"] == name for column in one["columns"]]
        assert columns == [column for column in table(archive, name)[0] if column not in ("person", "face")]
    assert questions["age"]["text"] == {"en": "How old are you?"}
    assert (questions["age"]["least"], questions["age"]["most"], questions["age"]["levels"]) == (18, 99, None)
    assert questions["places"]["levels"] == {"1": {"en": "At home"}, "2": {"en": "At work"}}
    assert questions["places"]["level_of_column"] == {"places_1": 1, "places_2": 2}
    assert questions["read"]["check"] == {"kind": "comprehension", "right": [1], "tries": 2}
    assert questions["hard"]["levels"] == {"1": {"en": "easy"}, "2": {}, "3": {}, "4": {}, "5": {"en": "hard"}}
    assert questions["hard"]["asked"] == "after each photo"
    datasheet = archive.read("DATASHEET.md").decode()
    assert "`age`, asked before the photos: How old are you?" in datasheet


def test_the_codebook_has_the_words_in_every_language_there_is(platform, ask, give):
    ask(HARD, PLACES)
    texts = (Translated("Where?", "Wo?"), Translated("At home", "Daheim"), Translated("easy", "leicht"))
    study = replace(platform.studies.current(), translations=(Translation("de", texts),))
    platform.studies.update(OPERATOR, study)
    give("ada", 4, places=(1,))
    version = freeze(platform)
    assert platform.versions.named(OPERATOR, study.id, "v1").dataset_version == version
    questions = {one["name"]: one for one in json.loads(download(platform, "coco").read("codebook.json"))["questions"]}
    assert questions["places"]["text"] == {"en": "Where?", "de": "Wo?"}
    assert questions["places"]["levels"] == {"1": {"en": "At home", "de": "Daheim"}, "2": {"en": "At work"}}
    assert questions["hard"]["levels"]["1"] == {"en": "easy", "de": "leicht"}


def test_parquet_has_the_same_answers_with_their_types(platform, ask, give):
    ask(AGE, PLACES, HARD)
    give("ada", 4, age=30, places=(2,))
    give("bob", 5, age=41)
    freeze(platform)
    archive = download(platform, "parquet")
    people = pq.read_table(io.BytesIO(archive.read("participants.parquet"))).to_pylist()
    assert sorted((row["age"], row["places_1"], row["places_2"]) for row in people) == [
        (30, False, True),
        (41, None, None),
    ]
    assert {row["person"] for row in people} == {row["person"] for row in table(archive, "participants")}
    photos = pq.read_table(io.BytesIO(archive.read("photos.parquet"))).to_pylist()
    assert sorted(row["hard"] for row in photos) == [4, 5]
    sums = archive.read("SHA256SUMS").decode()
    for name in ("participants.csv", "participants.parquet", "photos.csv", "codebook.json", "study.toml"):
        assert f"{hashlib.sha256(archive.read(name)).hexdigest()}  {name}\n" in sums


def test_a_text_like_a_formula_is_the_same_in_both_tables_and_the_datasheet_warns_of_it(platform, ask, give):
    ask(WHY)
    give("ada", 1, why="=1+1", shared=["why"])
    freeze(platform)
    archive = download(platform, "parquet")
    [text] = pq.read_table(io.BytesIO(archive.read("participants.parquet")))["why"].to_pylist()
    assert text == table(archive, "participants")[0]["why"] == "=1+1"
    assert "A spreadsheet may take one that begins with =, +, - or @" in archive.read("DATASHEET.md").decode()


def test_answers_stay_as_long_as_a_face_of_their_person_and_no_longer(platform, ask, give):
    ask(AGE, HARD)
    ada = give("ada", 4, 2, age=30)
    bob = give("bob", 5, age=41)
    freeze(platform)
    first, second = platform.data_export.faces(ada)
    platform.withdrawal.withdraw_face(ada, first.id)
    archive = download(platform, "imagefolder")
    assert sorted(row["age"] for row in table(archive, "participants")) == ["30", "41"]
    assert len(table(archive, "photos")) == 2
    platform.withdrawal.withdraw_face(ada, second.id)
    assert [row["age"] for row in table(download(platform, "imagefolder"), "participants")] == ["41"]
    consent = platform.consents.text(bob).sha256
    platform.consents.give(bob, consent, frozenset({Purpose.STORE, Purpose.TRAIN}), adult=True)
    archive = download(platform, "imagefolder")
    assert table(archive, "participants") == table(archive, "photos") == []


def test_a_text_is_left_out_once_the_owner_no_longer_shares_it(platform, ask, give):
    ask(WHY)
    give("ada", 1, why="Fun.", shared=["why"])
    freeze(platform, "with")
    ask(replace(WHY, kind=ShortText()))
    version = freeze(platform, "without")
    assert version.questions == ()
    assert "participants.csv" not in download(platform, "imagefolder", version="without").namelist()
    assert table(download(platform, "imagefolder", version="with"), "participants")[0]["why"] == "Fun."


def test_a_question_that_was_reworded_has_a_column_for_each_of_its_wordings(platform, ask, give):
    ask(AGE)
    give("ada", 1, age=30)
    ask(replace(AGE, words=Words("How old are you, in years?")))
    give("bob", 1, age=41)
    version = freeze(platform)
    archive = download(platform, "imagefolder")
    before = f"age_{AGE.version}"
    assert sorted((row["age"], row[before]) for row in table(archive, "participants")) == [("", "30"), ("41", "")]
    texts = {one["columns"][0]: one["text"]["en"] for one in json.loads(archive.read("codebook.json"))["questions"]}
    assert texts == {"age": "How old are you, in years?", before: "How old are you?"}
    assert len(version.questions) == 2


@pytest.mark.parametrize(("then", "now"), [(Moment.AFTER_PHOTO, Moment.BEFORE), (Moment.BEFORE, Moment.AFTER_PHOTO)])
def test_a_question_that_was_moved_keeps_the_answers_that_it_had(platform, ask, give, then, now):
    ask(AGE, replace(HARD, moment=then))
    give("ada", 4, age=30, hard=4)
    ask(AGE, replace(HARD, moment=now))
    give("bob", 2, age=41, hard=2)
    freeze(platform)
    archive = download(platform, "imagefolder")
    about_photo, once = ("4", "2") if then is Moment.AFTER_PHOTO else ("2", "4")
    assert [row["hard"] for row in table(archive, "photos")] == [about_photo]
    assert sorted(row["hard"] for row in table(archive, "participants")) == ["", once]
    told = [(one["table"], *one["columns"]) for one in json.loads(archive.read("codebook.json"))["questions"]]
    assert sorted(told) == [("participants", "age"), ("participants", "hard"), ("photos", "hard")]


@pytest.mark.parametrize("asked", [(PLACES, AGE), (AGE, PLACES)], ids=["several-first", "one-first"])
def test_no_two_questions_share_a_column_whenever_they_were_asked(platform, ask, give, asked, settings):
    first, second = (replace(one, name="places_1") if one is AGE else one for one in asked)
    ask(first)
    answers = {"places": (1,), "places_1": 30}
    give("ada", 1, **{first.name: answers[first.name]})
    with pytest.raises(InvalidInput) as refused:
        ask(second)
    assert refused.value.code == "questions.name-of-earlier"
    # As studies may be that were changed before this was refused.
    records, now = platform.studies._records, platform.studies.current()
    records.save_study(replace(now, questions=(second,), retired_questions=(first,)))
    platform.studies.update(OPERATOR, replace(platform.studies.current(), contact="lab@example.org"))
    give("bob", 1, **{second.name: answers[second.name]})
    freeze(platform)
    rows = list(csv.reader(io.StringIO(download(platform, "imagefolder").read("participants.csv").decode())))
    assert len({len(row) for row in rows}) == 1
    assert len(set(rows[0])) == len(rows[0]) == 4
    assert sorted(value for _, *values in rows[1:] for value in values if value) == ["0", "1", "30"]


def test_what_was_answered_before_a_study_was_closed_and_reworded_is_handed_out(platform, ask, give):
    ask(AGE)
    ada = give("ada", 1, age=30)
    platform.studies.update(OPERATOR, replace(platform.studies.current(), open=False))
    assert freeze(platform, "closed").questions == (AGE,)
    reworded = replace(AGE, words=Words("How old are you, in years?"))
    ask(reworded)
    assert [(question, reply.value) for question, reply in platform.questions.mine(ada)] == [(AGE, 30)]
    [row] = table(download(platform, "imagefolder", version=freeze(platform, "reworded").name), "participants")
    assert "30" in row.values()
    platform.studies.update(OPERATOR, replace(platform.studies.current(), open=True))
    assert platform.studies.current().retired_questions == (AGE,)
    ask(AGE)
    assert platform.studies.current().retired_questions == (reworded,), "somebody may have answered it meanwhile"


def test_the_latest_wording_has_the_plain_name_however_often_a_question_was_reworded(platform, ask, give):
    wordings = [replace(AGE, words=Words(f"How old are you, {number}?")) for number in range(6)]
    for number, question in enumerate(wordings):
        ask(question)
        give(f"somebody{number}", 1, age=30 + number)
        version = freeze(platform, f"v{number}")
        assert list(version.questions) == wordings[number::-1]
        texts = {one["columns"][0]: one["text"]["en"] for one in codebook(platform, version.name)}
        assert texts["age"] == question.words.text


def test_a_version_says_which_study_it_is_of_and_its_id_follows_from_that(platform, ask, give):
    ask(AGE)
    give("ada", 1, age=30)
    study = platform.studies.current()
    first = freeze(platform, "first")
    assert (first.study_file, first.study_sha256) == (
        written(study),
        hashlib.sha256(written(study).encode()).hexdigest(),
    )
    archive = download(platform, "imagefolder", version="first")
    assert archive.read("study.toml").decode() == first.study_file
    assert first.study_sha256 in archive.read("DATASHEET.md").decode()
    assert read(first.study_file, study).questions == (AGE,)
    platform.studies.update(OPERATOR, replace(study, overlap=study.overlap + 1))
    assert freeze(platform, "second").id != first.id
    entries = list(platform.versions.entries(OPERATOR, first.id))
    assert first.id == content_id(study.id, entries, first.study_sha256) != content_id(study.id, entries)


def test_a_version_from_before_there_were_study_files_says_so(platform, give, ask, settings):
    ask(AGE)
    give("ada", 1, age=30)
    version = freeze(platform)
    older = replace(version, id="0" * 64, name="older", study_file="", questions=())
    entries = [replace(entry, replies=None) for entry in platform.versions.entries(OPERATOR, version.id)]
    platform.versions._versions.create_version(older, entries)
    archive = download(platform, "imagefolder", version="older")
    assert not {"study.toml", "codebook.json", "participants.csv", "photos.csv"} & set(archive.namelist())
    assert "were not kept when this version was frozen" in archive.read("DATASHEET.md").decode()


@pytest.mark.parametrize("format", ["parquet", "imagefolder"])
def test_versions_with_answers_are_read_as_all_others(platform, ask, give, tmp_path, format):
    ask(AGE, HARD)
    give("ada", 4, 2, age=30)
    freeze(platform)
    download(platform, format).extractall(tmp_path)
    assert sum(len(load(f"fers:{tmp_path}#{split}")) for split in {entry["split"] for entry in faces_of(tmp_path)}) == 2


def faces_of(folder) -> list[dict]:
    return [json.loads(line) for line in (folder / "faces.jsonl").read_text().splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("how", ["folder", "parquet", "imagefolder"])
def test_hugging_face_takes_no_table_of_answers_for_faces(platform, ask, give, tmp_path, how, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    ask(AGE, HARD)
    give("ada", 4, 2, age=30)
    freeze(platform)
    folder = tmp_path / "v1"
    download(platform, "imagefolder" if how == "imagefolder" else "parquet").extractall(folder)
    where = {"path": str(folder)} if how == "folder" else {"path": how, "data_dir": str(folder)}
    loaded = datasets.load_dataset(**where, cache_dir=str(tmp_path / "cache"))
    assert sum(len(split) for split in loaded.values()) == 2
    assert all({"image", "label"} <= set(split.column_names) for split in loaded.values())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_croissant_reads_the_answers(platform, ask, give, tmp_path):
    import mlcroissant

    ask(AGE, PLACES, HARD)
    give("ada", 4, age=30, places=(2,))
    give("bob", 5, age=41)
    freeze(platform)
    download(platform, "imagefolder").extractall(tmp_path)
    dataset = mlcroissant.Dataset(jsonld=tmp_path / "croissant.json")
    assert not dataset.metadata.ctx.issues.errors
    assert sorted(record["participants/age"] for record in dataset.records("participants")) == [30, 41]
    assert sorted(record["photos/hard"] for record in dataset.records("photos")) == [4, 5]
