"""Importing a set from the study's page."""

import io
import zipfile

import pytest
from driving import at_part_of_study, click, field, told

from fers.domain.people import OPERATOR
from fers.ui.faces.imports import Imports
from tests.people import pattern


@pytest.fixture
def here(monkeypatch, platform):
    """Imports are done at once and in this process."""
    monkeypatch.setattr(Imports, "_start", lambda self, upload_id: platform.uploads.carry_out(upload_id))


@pytest.fixture
def page(app, platform, here):
    return at_part_of_study(app, platform, "Import")


def uploader(page):
    return next(one for one in page.file_uploader if one.label.startswith("A zip of the dataset"))


def hand_in(page, **files: bytes):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    uploader(page).set_value(("set.zip", content.getvalue(), "application/zip"))
    return click(page.run(), "Preview it")


def choose(page, question: str, answer: str) -> None:
    next(box for box in page.selectbox if box.label == question).set_value(answer)


def test_people_above_the_classes_are_asked_about(page, platform):
    hand_in(page, **{f"{person}/happy/a.jpg": pattern(number) for number, person in enumerate(("s1", "s2"))})
    assert "Read as folders named after their classes" in told(page)
    choose(page, "Which part?", "All of them: these are people")
    click(page, "Preview again")
    assert "**2 faces**: 2 happy" in told(page) and "Of 2 people" in told(page)
    click(page, "Import 2 faces")
    assert "The licence or the consent basis is missing" in told(page)
    field(page, "Licence").input("CC0")
    field(page, "Why the people in it may be shown").input("Everybody signed.")
    click(page, "Import 2 faces")
    assert "**set.zip**: 2 faces added; 0 already there; 2 labels added." in told(page)
    assert platform.versions.freeze(OPERATOR, platform.studies.current().id, "v1").people == 2
    click(page, "Close")
    assert "set.zip" not in told(page)
    assert not page.exception


def test_numbers_are_read_as_a_known_set_has_them_and_words_left_out(page):
    table = b"image,label\n0.jpg,1\n1.jpg,4\n0.jpg,bored\n"
    hand_in(page, **{"t.csv": table, "0.jpg": pattern(0), "1.jpg": pattern(1)})
    assert "There is no face in it that can be used." in told(page)
    assert any("The emotion “1” is unknown" in block.value for block in page.code)
    choose(page, "They mean the same as in", "raf-db")
    choose(page, "“bored” means", "leave out")
    click(page, "Preview again")
    assert "**2 faces**: 1 happy, 1 surprise" in told(page) or "**2 faces**: 1 surprise, 1 happy" in told(page)
    click(page, "Choose other files")
    assert page.file_uploader
    assert not page.exception


def test_a_table_in_other_words_loses_nobody_who_is_in_it(page):
    """As Excel writes it: of two photos of one person, one could be trained on and the other be tested on."""
    table = "\ufeffDatei;Ausdruck;VP;Valenz\r\n0.jpg;happy;7;0,5\r\n1.jpg;sad;7;-0,5\r\n2.jpg;sad;8;\r\n"
    pictures = {f"Bilder/{number}.jpg": pattern(number) for number in range(3)}
    hand_in(page, **{"Liste.csv": table.encode()}, **pictures)
    assert "Read as a table" in told(page) and "no column that FERS knows as image or label" in told(page)
    choose(page, "Which column holds the picture's file?", "Datei")
    choose(page, "Which column holds the expression?", "Ausdruck")
    click(page, "Preview again")
    assert "It doesn't say who is in it" in told(page)
    choose(page, "Which column holds the person in it?", "VP")
    choose(page, "Which column holds valence?", "Valenz")
    click(page, "Preview again")
    assert "**3 faces**: 2 sad, 1 happy" in told(page) and "Of 2 people" in told(page)
    assert "the person in it" not in " ".join(box.label for box in page.selectbox)
    assert not page.exception


def test_what_is_no_set_is_refused_in_words(page):
    uploader(page).set_value(("set.zip", b"PK\x03\x04 or so", "application/zip"))
    click(page.run(), "Preview it")
    assert "**The zip is damaged or incomplete.** Pack it again." in told(page)
    assert not page.exception
