"""Sets that are handed in on a page."""

import errno
import io
import os
import zipfile
from datetime import timedelta

import pytest

from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceFilter
from fers.domain.people import OPERATOR, Membership, Person, Role
from fers.errors import InvalidInput, NotFound, NotPermitted, StoreUnavailable
from fers.services.faces import uploads
from fers.services.faces.importing import Terms
from fers.services.faces.set_previews import Manner
from fers.storage.sqlite import disk
from tests.people import PASSWORD, participant, pattern

TERMS = Terms("CC BY 4.0", "Everybody signed.")


@pytest.fixture
def study(platform):
    return platform.studies.current()


@pytest.fixture
def owner(platform, study):
    """Who runs this study and nothing else."""
    person = participant(platform, "olga@example.org")
    platform.members.assign(OPERATOR, study.id, person.id, Role.ADMINISTRATOR)
    return platform.accounts.sign_in("olga@example.org", PASSWORD).person


def zipped(files: dict[str, bytes | str]) -> tuple[str, io.BytesIO]:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    content.seek(0)
    return "Their set.zip", content


PICTURES = {f"{number}.jpg": pattern(number) for number in range(3)}
TABLE = "file;mood;rater\n0.jpg;Joy;x\n0.jpg;sad;y\n1.jpg;3;x\ngone.jpg;sad;x\n2.jpg;sad;x\n"


@pytest.mark.parametrize("when", ["before", "while it is written"])
def test_a_set_for_which_there_is_no_room_is_refused_in_words_and_leaves_nothing(
    platform, study, owner, settings, monkeypatch, when
):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if when == "before":
        monkeypatch.setattr(disk, "ROOM_BYTES", 1 << 60)
    else:
        monkeypatch.setattr(uploads.shutil, "copyfileobj", full)
    with pytest.raises(StoreUnavailable, match="Free some space") as told:
        platform.uploads.receive(owner, study.id, [zipped(PICTURES)])
    assert "later" in told.value.next and "space" not in told.value.what
    assert list((settings.data / "uploads").glob("*")) == []


def test_what_a_set_leaves_open_is_asked_and_then_it_is_imported_in_the_owners_name(platform, study, owner):
    broken = PICTURES | {"2.jpg": pattern(2)[:200], "t.csv": TABLE}
    upload = platform.uploads.receive(owner, study.id, [zipped({f"set/{name}": data for name, data in broken.items()})])
    found = platform.uploads.preview(owner, upload, Manner())
    assert (found.format, found.missing, found.columns) == ("manifest", ("label",), ("file", "mood", "rater"))
    found = platform.uploads.preview(owner, upload, Manner(columns={"label": "mood"}))
    assert (found.faces, found.words, found.left_out) == (2, ("joy", "3"), 3)
    assert found.told[0].startswith("Their set.zip/set/t.csv, row 2: The emotion “Joy” is unknown")
    manner = Manner(columns={"label": "mood"}, words=("joy=happy", "raf-db"))
    with pytest.raises(InvalidInput, match="doesn't say what a word means"):
        platform.uploads.preview(owner, upload, Manner(words=("glee",)))
    found = platform.uploads.preview(owner, upload, manner)
    assert (found.faces, found.annotators, found.people, found.left_out) == (3, 2, None, 1)
    assert [(face.emotion, face.picture is None) for face in found.first][1:] == [
        (Emotion.DISGUST, False),
        (Emotion.SAD, True),
    ]
    with pytest.raises(InvalidInput, match="missing"):
        platform.uploads.order(owner, upload, manner, Terms("", ""), False)
    assert platform.uploads.ordered(owner, study.id) == []
    platform.uploads.order(owner, upload, manner, TERMS, False)
    [order] = platform.uploads.ordered(owner, study.id)
    assert order.is_busy and platform.uploads.to_carry_out() == [upload]
    platform.uploads.carry_out(upload)
    [order] = platform.uploads.ordered(owner, study.id)
    counted = {name: order.result[name] for name in ("added", "known", "removed", "labels", "left_out")}
    assert counted == {"added": 2, "known": 0, "removed": 0, "labels": 3, "left_out": 2}
    assert "row 5: There is no file “set/gone.jpg”" in order.result["told"][0]
    fault = order.result["faults"][0]
    assert (fault["code"], fault["fields"]) == ("set.no-such-picture", {"file": "set/gone.jpg"})
    assert fault["place"].endswith("t.csv, row 5") and not fault["place"].startswith("/")
    assert "2.jpg: This can't be read as an image" in order.result["told"][1]
    assert platform.uploads.to_carry_out() == []
    assert len(platform.explore.newest(OPERATOR, study.id, FaceFilter(), 9)) == 2
    [entry] = [entry for entry in platform.members.log(OPERATOR, study.id, 9) if "imported" in entry.action]
    assert entry.actor == owner.id


def test_an_owner_who_no_longer_is_one_imports_nothing(platform, study, owner):
    upload = platform.uploads.receive(owner, study.id, [zipped({"happy/0.jpg": PICTURES["0.jpg"]})])
    platform.uploads.order(owner, upload, Manner(), TERMS, False)
    platform.members.remove(OPERATOR, study.id, owner.id)
    with pytest.raises(NotPermitted):
        platform.uploads.carry_out(upload)
    [order] = platform.uploads.ordered(OPERATOR, study.id)
    assert "may not" in order.given_up.why and not order.is_busy
    assert platform.explore.newest(OPERATOR, study.id, FaceFilter(), 9) == []


def test_an_upload_is_its_studys_alone(platform, study, clock):
    upload = platform.uploads.receive(OPERATOR, study.id, [zipped({"happy/0.jpg": PICTURES["0.jpg"]})])
    other = Person(
        "5e" * 16, Role.PARTICIPANT, clock(), False, (Membership("5e" * 16, "x", Role.ADMINISTRATOR, clock()),)
    )
    for call in (
        lambda: platform.uploads.preview(other, upload, Manner()),
        lambda: platform.uploads.order(other, upload, Manner(), TERMS, False),
        lambda: platform.uploads.forget(other, upload),
    ):
        with pytest.raises(NotPermitted):
            call()


@pytest.mark.parametrize(
    ("files", "format"),
    [
        ({"train/happy/0.jpg": b"", "notes.csv": "a,b\n1,2\n"}, "folder"),
        ({"set/t.tsv": "image\tlabel\n"}, "manifest"),
        ({"train/metadata.jsonl": "{}\n"}, "manifest"),
        ({"FER2013Train/label.csv": 'a.png,"(0, 0, 48, 48)",0,9,1,0,0,0,0,0,0,0\n'}, "ferplus"),
        ({"train_set/annotations/0_exp.npy": b""}, "affectnet"),
        ({"Manually_Annotated_file_lists/training.csv": ""}, "affectnet"),
        ({"v1/faces.jsonl": "{}\n"}, "fers"),
    ],
)
def test_a_zip_is_known_by_its_looks(platform, study, files, format):
    upload = platform.uploads.receive(OPERATOR, study.id, [zipped(files)])
    assert platform.uploads.preview(OPERATOR, upload, Manner()).format == format


def test_a_table_may_come_with_its_pictures_beside_it(platform, study):
    files = [("t.csv", io.BytesIO(b"image,label\n0.jpg,happy\n")), ("0.jpg", io.BytesIO(PICTURES["0.jpg"]))]
    upload = platform.uploads.receive(OPERATOR, study.id, files)
    assert platform.uploads.preview(OPERATOR, upload, Manner()).faces == 1
    pixels = io.BytesIO(f"emotion,pixels,Usage\n3,{' '.join(['7'] * 2304)},Training\n".encode())
    upload = platform.uploads.receive(OPERATOR, study.id, [("fer2013.csv", pixels)])
    assert platform.uploads.preview(OPERATOR, upload, Manner()).format == "fer2013"


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([("a.zip", io.BytesIO(b"PK\x03\x04 or so"))], "damaged"),
        ([("a.txt", io.BytesIO(b"image"))], "neither a zip nor a table"),
        ([("0.jpg", io.BytesIO(PICTURES["0.jpg"]))], "only pictures"),
        ([("a.csv", io.BytesIO(b"")), ("b.csv", io.BytesIO(b""))], "these are a.csv and b.csv"),
        ([zipped({"../../out.jpg": b""})], "leads out of the dataset"),
    ],
)
def test_what_is_no_set_is_refused_and_leaves_nothing(platform, study, settings, files, why):
    for _, content in files:
        content.seek(0)
    with pytest.raises(InvalidInput, match=why):
        platform.uploads.receive(OPERATOR, study.id, files)
    assert list((settings.data / "uploads").iterdir()) == []


def test_of_two_files_of_one_name_none_takes_the_place_of_the_other(platform, study, settings):
    """Browsers don't say from which folder each was."""
    files = [("0.jpg", io.BytesIO(PICTURES["0.jpg"])), ("t.csv", io.BytesIO(b"image,label\n0.jpg,sad\n"))]
    with pytest.raises(InvalidInput, match=r"Two of the files are called 0\.jpg"):
        platform.uploads.receive(OPERATOR, study.id, [*files, ("sad/0.jpg", io.BytesIO(PICTURES["1.jpg"]))])
    assert list((settings.data / "uploads").glob("*")) == []


def test_a_file_never_lies_where_its_name_says(platform, study, settings):
    files = [("../../../t.csv", io.BytesIO(b"image,label\n")), ("C:\\up\\0.jpg", io.BytesIO(b""))]
    platform.uploads.receive(OPERATOR, study.id, files)
    assert sorted(file.name for file in (settings.data / "uploads").rglob("files/*")) == ["0.jpg", "t.csv"]


def test_a_bomb_is_not_unpacked(platform, study, monkeypatch):
    bomb = {f"happy/{number}.png": bytes(10_000_000) for number in range(3)}
    monkeypatch.setattr(uploads, "LARGEST_UNPACKED", 29_000_000)
    with pytest.raises(InvalidInput, match="Unpacked, the zip holds more than"):
        platform.uploads.receive(OPERATOR, study.id, [zipped(bomb)])


def test_one_of_several_parts_is_chosen(platform, study):
    pictures = {
        f"{part}/happy/{number}.jpg": data for part in ("a", "b") for number, data in enumerate(PICTURES.values())
    }
    upload = platform.uploads.receive(OPERATOR, study.id, [zipped(pictures)])
    assert platform.uploads.preview(OPERATOR, upload, Manner()).splits == ("a", "b")
    assert platform.uploads.preview(OPERATOR, upload, Manner(split="a")).faces == 3
    assert platform.uploads.preview(OPERATOR, upload, Manner(folders="person/class")).people == 2


def test_what_nobody_came_back_for_is_removed_and_what_is_being_imported_is_not(platform, study, clock, owner):
    ids = [platform.uploads.receive(owner, study.id, [zipped({"sad/0.jpg": PICTURES["0.jpg"]})]) for _ in range(2)]
    platform.uploads.order(owner, ids[0], Manner(), TERMS, False)
    clock.moment += timedelta(days=2)
    platform.uploads.sweep()
    with pytest.raises(NotFound):
        platform.uploads.preview(OPERATOR, ids[1], Manner())
    platform.uploads.carry_out(ids[0])
    platform.uploads.sweep()
    assert platform.uploads.ordered(OPERATOR, study.id) == []
    with pytest.raises(NotFound):
        platform.uploads.preview(OPERATOR, "../../etc", Manner())


@pytest.mark.parametrize("left", ["nothing but files", "a note without a word in it"])
def test_what_a_killed_process_left_is_removed_after_a_day(platform, study, settings, clock, left):
    upload = platform.uploads.receive(OPERATOR, study.id, [zipped({"sad/0.jpg": PICTURES["0.jpg"]})])
    [folder] = (settings.data / "uploads").iterdir()
    note = folder / "about.json"
    note.unlink() if left == "nothing but files" else note.write_text("")
    os.utime(folder, (clock().timestamp(),) * 2)
    platform.uploads.sweep()
    assert platform.uploads.ordered(OPERATOR, study.id) == [] and folder.exists()
    with pytest.raises(NotFound):
        platform.uploads.preview(OPERATOR, upload, Manner())
    clock.advance(hours=25)
    platform.uploads.sweep()
    assert not folder.exists()


def test_of_an_import_that_failed_nothing_is_left_after_a_day(platform, study, clock):
    upload = platform.uploads.receive(OPERATOR, study.id, [zipped({"sad/0.jpg": PICTURES["0.jpg"][:100]})])
    job = platform.uploads.order(OPERATOR, upload, Manner(split="gone"), TERMS, False)
    with pytest.raises(InvalidInput):
        platform.uploads.carry_out(upload)
    assert job in platform.jobs.given_up(OPERATOR)
    clock.advance(hours=25)
    platform.uploads.sweep()
    assert job not in platform.jobs.given_up(OPERATOR)


def test_what_is_forgotten_is_gone(platform, study, settings):
    upload = platform.uploads.receive(OPERATOR, study.id, [zipped({"sad/0.jpg": PICTURES["0.jpg"]})])
    platform.uploads.order(OPERATOR, upload, Manner(), TERMS, False)
    platform.uploads.forget(OPERATOR, upload)
    assert list((settings.data / "uploads").iterdir()) == []
    assert platform.uploads.to_carry_out() == []
