"""The command line, as a person at the terminal meets it."""

import json
import os
import re
import shutil
import sys
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from skimage import data

from fers import adapters, assembly, config
from fers.cli import datasets
from fers.cli.main import main
from fers.cli.terminal import at_a_terminal
from fers.domain.emotions import LABELS, Emotion
from fers.domain.exploring import FaceFilter
from fers.domain.faces import Answer, Source
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR
from fers.domain.versions import ConsensusRule, Split
from fers.errors import InvalidInput
from tests.people import PASSWORD, OneFace, OneModel, give_face, participant, pattern, photo


class Registry(OneModel):
    def classifier(self, model_id=None):
        if model_id not in (None, "always-happy"):
            from fers.errors import UnknownModel

            raise UnknownModel("model.unknown", model=model_id, near=["always-happy"])
        return self


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch, settings, clock):
    clock.moment = datetime.now(UTC)  # The commands live in the present, where older faces are overdue.
    monkeypatch.setattr(adapters, "registry", lambda settings: Registry())
    monkeypatch.setattr(adapters, "face_detector", OneFace)
    monkeypatch.setattr(config, "load", lambda: settings)


@pytest.fixture
def astronaut(tmp_path):
    path = tmp_path / "astronaut.png"
    Image.fromarray(data.astronaut()).save(path)
    return str(path)


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments, input=None: runner.invoke(main, list(map(str, arguments)), input=input)


def test_predict_prints_one_json_object_an_image(run, astronaut):
    result = run("predict", astronaut, astronaut, "--json")
    assert result.exit_code == 0
    first, second = map(json.loads, result.stdout.splitlines())
    assert first == second
    assert first["image"] == astronaut
    assert (first["model"], first["box"]) == ("always-happy", None)
    assert first["top3"][0] == {"emotion": "happy", "confidence": pytest.approx(0.9)}
    assert len(first["top3"]) == 3
    assert list(first["probabilities"]) == list(LABELS)
    assert sum(first["probabilities"].values()) == pytest.approx(1)


def test_detect_gives_the_box_with_context(run, astronaut):
    box = json.loads(run("predict", astronaut, "--detect", "--json").stdout)["box"]
    assert box == [160, 60, 120, 120]


def test_detect_without_a_face_uses_the_whole_image_and_says_so(run, astronaut, monkeypatch):
    monkeypatch.setattr(OneFace, "detect", lambda self, pixels: [])
    result = run("predict", astronaut, "--detect", "--json")
    assert json.loads(result.stdout)["box"] is None
    assert "no face found" in result.stderr


def test_small_benchmark_faces_are_accepted(run, tmp_path):
    Image.fromarray(np.zeros((48, 48), np.uint8)).save(tmp_path / "small.png")
    assert run("predict", tmp_path / "small.png").exit_code == 0


def test_an_unusable_image_is_named_and_the_others_are_still_predicted(run, astronaut, tmp_path):
    (tmp_path / "letter.txt").write_text("Dear all")
    odd = tmp_path / "odd.JFIF"
    odd.write_bytes(b"\xff\xd8\xff\xe1\0\x0cExif\0\0II?!" + photo()[2:])
    result = run("predict", tmp_path / "letter.txt", tmp_path / "missing.png", odd, astronaut)
    assert result.exit_code == 1
    assert result.stdout.count("happy 90%") == 2
    assert "not a picture" in result.stderr
    assert "missing.png: The file can't be read (No such file or directory)." in result.stderr


def test_an_unknown_model_is_one_clear_line(run, astronaut):
    result = run("predict", astronaut, "--model", "alexnet")
    assert result.exit_code == 1
    said = "There is no model called alexnet. Registered models with similar names: always-happy."
    assert result.stderr == f"Error: {said}\n"


def test_models_as_json(run):
    [model] = json.loads(run("models", "--json").stdout)
    assert (model["id"], model["default"]) == ("always-happy", True)
    assert "(default)" in run("models").stdout


def test_a_code_lets_the_owner_of_an_email_in(run, platform):
    ada = participant(platform)
    said = run("code", "ada@example.org")
    assert platform.accounts.sign_in_with_code(said.stdout.strip()).person.id == ada.id
    assert f"{ada.number} (ada@example.org), participant, created {ada.created_at:%d %B %Y}, 0" in said.stderr
    assert "No account has this e-mail" in run("code", "nobody@example.org").stderr


def test_grant_makes_a_researcher(run, platform):
    ada = participant(platform)
    assert run("grant", ada.number, "researcher").exit_code == 0
    assert platform.accounts.sign_in("ada@example.org", PASSWORD).person.role == "researcher"
    assert "No account has this number" in run("grant", "0000-0000-0000", "researcher").stderr
    assert "number on their My data page" in run("grant", "ada@example.org", "researcher").stderr
    assert run("grant", ada.number, "emperor").exit_code == 2


def test_doctor_says_whether_the_store_is_sound(run, platform, settings):
    give_face(platform, participant(platform))
    sound = run("doctor")
    assert (sound.exit_code, sound.stdout) == (0, "The store is sound.\n")
    next((settings.data / "images").rglob("*.jpg")).unlink()
    sick = run("doctor")
    assert sick.exit_code == 1
    assert "its image is lost" in sick.stdout


@pytest.mark.parametrize("arguments", [("doctor",), ("purge",), ("migrate", "--to", "firebase"), ("backup", "copies")])
def test_where_no_store_is_none_is_made_and_found_to_be_sound(run, settings, arguments):
    refused = run(*arguments)
    assert (refused.exit_code, f"There is no store in {settings.data}" in refused.stderr) == (1, True)
    assert not settings.data.exists()


def test_what_the_system_refuses_is_one_clear_line(run, platform, tmp_path):
    """As where a disk is full, or somebody may not write."""
    (tmp_path / "file").touch()
    study = platform.studies.current()
    give_face(platform, participant(platform))
    platform.versions.freeze(OPERATOR, study.id, "v1")
    for arguments, says in {
        (
            "export",
            "v1",
            "--out",
            tmp_path / "file" / "v1",
        ): "file/v1.part can't be used (Not a directory)",
        ("backup", tmp_path / "file" / "b"): "There can be no backup in",
        ("import", f"folder:{'x' * 300}", "--study", "A", "--licence", "CC0", "--consent-basis", "Signed."): "too long",
    }.items():
        result = run(*arguments)
        assert (result.exit_code, type(result.exception)) == (1, SystemExit)
        assert says in result.stderr.splitlines()[-1]


def test_an_image_that_nobody_may_read_ends_nothing(run, astronaut, tmp_path, monkeypatch):
    (tmp_path / "closed.png").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: "closed" not in str(path))
    result = run("predict", tmp_path / "closed.png", astronaut)
    assert (result.exit_code, result.stdout.count("happy 90%")) == (1, 1)


def test_a_name_in_no_encoding_is_printed_as_it_can_be(run, astronaut, tmp_path):
    name = os.fsdecode(os.fsencode(tmp_path) + b"/Zo\xeb.png")
    shutil.copy(astronaut, name)
    result = run("predict", name)
    assert (result.exit_code, "Zo\\udceb.png: happy 90%" in result.stdout) == (0, True)


@pytest.mark.parametrize("terminal", ["utf-8", "latin-1"])
def test_a_study_file_is_the_same_at_every_terminal(platform, terminal, tmp_path):
    study = replace(platform.studies.current(), purpose="Zoë’s 😀")
    platform.studies.update(OPERATOR, study)
    printed = CliRunner(charset=terminal).invoke(main, ["study", "export", study.id])
    (tmp_path / "study.toml").write_bytes(printed.stdout_bytes)
    made = CliRunner().invoke(main, ["study", "import", str(tmp_path / "study.toml"), "--name", "Again"])
    assert made.exit_code == 0, made.output
    assert next(one.purpose for one in platform.studies.mine(OPERATOR) if one.name == "Again") == study.purpose


def test_nobody_is_at_a_terminal_where_there_is_no_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert not at_a_terminal()


def test_a_set_is_imported_frozen_and_exported(run, platform, tmp_path):
    from fers.datasets import load

    for label in ("happy", "sad"):
        for number in range(4):
            path = tmp_path / "set" / label / f"{number}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pattern(number + 4 * (label == "sad")))
    study = platform.studies.current().name
    spec = ("import", f"folder:{tmp_path / 'set'}", "--study", study, "--licence", "CC0", "--consent-basis", "Signed.")
    assert run(*spec).stdout == f"8 faces added to {study}; 0 already there.\n"
    assert run(*spec).stdout == f"0 faces added to {study}; 8 already there.\n"
    assert run("freeze", "v1", "--study", study).stdout.startswith("8 faces of 8 people frozen as v1")
    out = tmp_path / "out"
    assert run("export", "v1", "--study", study, "--out", out).stdout.startswith("8 faces written")
    labels = [LABELS[label] for split in Split for label in load(f"fers:{out}#{split}").labels]
    assert sorted(labels) == ["happy"] * 4 + ["sad"] * 4
    assert "Licence: CC0" in next((out / "consent").iterdir()).read_text()
    assert "holds a finished export" in run("export", "v1", "--study", study, "--out", out).stderr
    assert "no version called" in run("export", "v2", "--study", study, "--out", tmp_path / "other").stderr
    assert "no study" in run("freeze", "v2", "--study", "another").stderr
    assert "does not exist" in run("import", "folder:nowhere", *spec[2:]).stderr


@pytest.fixture
def labelled(tmp_path):
    """The specification of a set of three faces."""
    folder = tmp_path / "set" / "happy"
    folder.mkdir(parents=True)
    for number in range(3):
        (folder / f"{number}.jpg").write_bytes(pattern(number))
    return f"folder:{folder.parent}"


TERMS = ("--licence", "CC0", "--consent-basis", "Signed.")


def test_the_terms_of_a_set_are_asked_for_at_a_terminal(run, platform, labelled, monkeypatch):
    monkeypatch.setattr(datasets, "at_a_terminal", lambda: True)
    study = platform.studies.current()
    imported = run("import", labelled, "--study", study.name, input="CC BY 4.0\nThey all signed.\n")
    assert imported.stdout == f"3 faces added to {study.name}; 0 already there.\n"
    [words] = platform.versions.freeze(OPERATOR, study.id, "v1").consent_texts
    assert "CC BY 4.0" in words.body and "They all signed." in words.body


def test_without_terms_and_anybody_to_ask_nothing_is_imported(run, platform, labelled):
    for given, missing in ((TERMS[:2], "--consent-basis"), (TERMS[2:], "--licence")):
        refused = run("import", labelled, "--study", platform.studies.current().name, *given)
        assert refused.exit_code == 2
        assert f"Missing option '{missing}'" in refused.stderr
        assert "for which reason they may be used" in refused.stderr
    with pytest.raises(InvalidInput, match="No face"):
        platform.versions.freeze(OPERATOR, platform.studies.current().id, "v1")


def test_a_lab_that_starts_with_what_it_has_gets_its_study(run, platform, labelled, tmp_path):
    assert "no study" in run("freeze", "v1", "--study", "Lab").stderr
    assert "names no labelled dataset" in run("import", "set", "--study", "Lab", *TERMS).stderr
    assert [study.name for study in platform.studies.mine(OPERATOR)] == [platform.studies.current().name]
    imported = run("import", labelled, "--study", "Lab", *TERMS)
    assert imported.stdout.startswith("Created the study Lab, closed")
    assert imported.stdout.endswith("3 faces added to Lab; 0 already there.\n")
    assert run("import", labelled, "--study", "Lab", *TERMS).stdout == "0 faces added to Lab; 3 already there.\n"
    assert run("freeze", "v1", "--study", "Lab").exit_code == 0
    out = tmp_path / "out"
    assert run("export", "v1", "--format", "imagefolder", "--out", out).stdout.startswith("3 faces written")


@pytest.mark.parametrize(
    ("columns", "asks"), [((), True), (("--column", "person=VP"), False), (("--column", "person="), False)]
)
def test_a_column_that_may_say_who_is_in_a_set_is_not_passed_over_in_silence(run, platform, tmp_path, columns, asks):
    (tmp_path / "a.jpg").write_bytes(pattern(1))
    (tmp_path / "t.csv").write_text("image,label,VP\na.jpg,happy,7\n")
    study = platform.studies.current().name
    told = run("import", f"manifest:{tmp_path / 't.csv'}", "--study", study, *TERMS, *columns)
    assert told.exit_code == 0
    assert ("stop this and say --column person=NAME: “VP”" in told.stderr) is asks


def test_words_that_a_set_uses_are_asked_about_and_can_be_said(run, platform, tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(pattern(number))
    (tmp_path / "t.csv").write_text("pic,mood,who\n0.jpg,Joy,x\n1.jpg,3,x\n2.jpg,meh,x\ngone.jpg,3,x\n")
    spec = ("import", f"manifest:{tmp_path / 't.csv'}", "--study", platform.studies.current().name, *TERMS)
    refused = run(*spec).stderr
    assert "no column that FERS knows as image or label. Columns here: “pic”, “mood”, “who”" in refused
    assert "--column image=NAME --column label=NAME" in refused
    columns = ("--column", "image=pic", "--column", "label=mood", "--column", "annotator=who")
    asked = run(*spec, *columns)
    assert asked.exit_code == 1
    assert "row 2: The emotion “Joy” is unknown" in asked.stderr
    assert "--map joy=CLASS --map 3=CLASS --map meh=CLASS" in asked.stderr
    assert "--map raf-db" in asked.stderr
    assert "--map jaffe" not in asked.stderr, "it has letters"
    said = (*columns, "--map", "joy=happy", "--map", "fer2013", "--map", "meh=")
    stopped = run(*spec, *said, "--strict")
    assert (stopped.exit_code, stopped.stdout) == (1, "")
    assert "Nothing was imported" in stopped.stderr
    imported = run(*spec, *said)
    assert imported.exit_code == 0
    assert "2 faces added" in imported.stdout
    assert "2 labels added, by 1 annotator." in imported.stdout
    assert "Dropped: 1 called 'meh'" in imported.stdout
    assert "1 left out:" in imported.stderr and "row 5: There is no file “gone.jpg”" in imported.stderr
    assert "doesn't say what a column means" in run(*spec, "--column", "image").stderr
    assert "doesn't say what a word means" in run(*spec, "--map", "joy").stderr


def test_a_version_that_several_studies_have_is_not_guessed(run, platform, labelled, tmp_path):
    for study in ("Lab", "Field"):
        run("import", labelled, "--study", study, *TERMS)
        run("freeze", "v1", "--study", study)
    out = tmp_path / "out"
    assert (
        "Several studies have a version called “v1”: Lab and Field. Name one"
        in run("export", "v1", "--out", out).stderr
    )
    assert "No study has a version called “v2”" in run("export", "v2", "--out", out).stderr
    assert run("export", "v1", "--study", "Field", "--out", out).exit_code == 0


def test_only_some_faces_are_frozen_and_votes_settled_as_asked(run, platform):
    study = platform.studies.current()
    ada = participant(platform)
    for number, said in enumerate((Emotion.HAPPY, Emotion.SAD, Emotion.SAD)):
        give_face(platform, ada, Answer(said, before_prediction=True), pattern(number))
    options = ("--label", "sad", "--label", "fear", "--source", "upload", "--disputed", "--confidence", 3)
    days = ("--since", "2020-01-31", "--until", "2100-01-31")
    frozen = run("freeze", "v1", "--study", study.name, *options, *days, "--consensus", "dawid-skene")
    assert frozen.stdout.startswith("2 faces of 1 people frozen as v1")
    version = platform.versions.named(OPERATOR, study.id, "v1").dataset_version
    assert version.consensus is ConsensusRule.DAWID_SKENE
    assert version.chosen == FaceFilter(
        labels=frozenset({Emotion.SAD, Emotion.FEAR}),
        sources=frozenset({Source.UPLOAD}),
        confidence=frozenset({3}),
        disputed=True,
        since=date(2020, 1, 31),
        until=date(2100, 1, 31),
    )
    assert "None of the chosen" in run("freeze", "v2", "--study", study.name, "--agreement", 3).stderr
    assert run("freeze", "v2", "--study", study.name, "--agreement", 4).exit_code == 2


def test_migrate_copies_into_the_store_it_names(run, settings, clock, tmp_path, monkeypatch):
    def stand_in(chosen, now=None):
        data = settings.data if chosen.store == "embedded" else tmp_path / chosen.store
        return open_embedded(replace(settings, store="embedded", data=data))

    open_embedded = adapters.open_stores
    monkeypatch.setattr(adapters, "open_stores", stand_in)
    full = assembly.assemble(replace(settings, store="embedded"), models=OneModel(), detector=OneFace(), now=clock)
    face = give_face(full, participant(full))
    result = run("migrate", "--to", "firebase")
    assert result.exit_code == 0
    assert "1 people and 1 faces are in the firebase store" in result.output
    assert stand_in(replace(settings, store="firebase")).records.face(face.id) == face


def test_a_model_answers_in_the_background(run, settings, clock):
    services = assembly.assemble(settings, now=clock)
    services.shadows.choose(OPERATOR, ["always-happy"])
    give_face(services, participant(services))
    assert run("shadow", "always-happy", "--idle", 0).exit_code == 0
    [shadow] = services.shadows.shadows(OPERATOR)
    assert (shadow.answered, shadow.waiting) == (1, 0)
    assert "no model called" in run("shadow", "nobody", "--idle", 0).output


def test_evaluate_says_for_which_faces_a_model_answered_and_never_a_time_that_nobody_took(run, settings, clock):
    def evaluated(*arguments) -> str:
        done = run("evaluate", "always-happy", *arguments)
        assert done.exit_code == 0, done.output
        return done.stdout.strip()

    refused = run("evaluate", "always-happy")
    assert refused.exit_code != 0
    assert "no labelled faces to measure on" in refused.output
    services = assembly.assemble(settings, now=clock)
    face = give_face(services, participant(services))
    first = evaluated()
    assert first.startswith("always-happy ")
    assert re.search(r"has answered for one face of “own”, in [0-9.]+ ms each\.$", first)
    assert "has answered for one face of “own”" in evaluated()
    nobody = run("evaluate", "always-happy", "--on", "consensus")
    assert nobody.exit_code != 0
    assert "Measure on “own”" in nobody.output
    annotator = replace(OPERATOR, id="a" * 32)
    sad = only(Emotion.SAD)
    services.review.label(annotator, face.study_id, face.id, Verdict.EMOTION, distribution=sad)
    assert "has answered for one face of “consensus”" in evaluated("--on", "consensus")
    assert "nan" not in "".join([first, refused.output, nobody.output])
