"""What a download says about itself, and that it keeps up with what people decide."""

import json
from dataclasses import replace

import pytest

from fers.adapters import open_stores
from fers.datasets import load
from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceFilter
from fers.domain.faces import Source
from fers.domain.people import OPERATOR
from fers.domain.versions import ConsensusRule
from fers.errors import InvalidInput, NotFound
from fers.exporting.archive import SUMS
from fers.exporting.exported_version import Cut
from fers.services.faces.importing import Terms
from fers.storage.sqlite.database import Database
from tests.exporting.versions import described, download, freeze_four
from tests.people import PASSWORD, give_face, participant, pattern


@pytest.fixture
def study(platform):
    return platform.studies.current()


@pytest.fixture
def faces(platform):
    return freeze_four(platform)


def test_pseudonyms_differ_from_version_to_version_and_tell_nothing(platform, study, faces):
    first = {record["id"]: record["person"] for record in described(download(platform, "folders"))}
    give_face(platform, participant(platform, "late@example.org"), picture=pattern(99))
    platform.versions.freeze(OPERATOR, study.id, "v2")
    archive = download(platform, "folders", version="v2")
    second = {record["id"]: record["person"] for record in described(archive)}
    assert not set(first.values()) & set(second.values())
    everything = b"".join(map(archive.read, archive.namelist()))
    assert not any(face.person_id.encode() in everything for face in faces.values())


def test_a_withdrawn_face_is_in_no_later_download_which_says_so(platform, study, faces):
    gone = next(iter(faces.values()))
    platform.withdrawal.withdraw_face(platform.accounts.sign_in("0@example.org", PASSWORD).person, gone.id)
    archive = download(platform, "imagefolder")
    assert not any(gone.id.encode() in archive.read(name) for name in archive.namelist())
    assert b"1 faces were withdrawn" in archive.read("DATASHEET.md").replace(b"\n", b" ")


def test_crops_are_kept_and_made_again_where_they_are_not(platform, settings, faces):
    """As in a store that others were moved to."""
    frozen = download(platform, "imagefolder")
    database = Database(settings.data)
    with database.transaction() as sql:
        assert sql.execute("DELETE FROM crops").rowcount == len(faces)
    again = download(platform, "imagefolder")
    for photo in (settings.data / "images").rglob("*.jpg"):
        photo.unlink()
    later = download(platform, "imagefolder")
    for archive in (again, later):
        assert all(archive.read(name) == frozen.read(name) for name in frozen.namelist())
    database.close()


def test_a_face_past_its_retention_date_is_in_no_download(platform, study, faces, clock):
    clock.advance(days=study.retention_days)
    late = give_face(platform, participant(platform, "late@example.org"), picture=pattern(99))
    platform.versions.freeze(OPERATOR, study.id, "v2")
    assert [record["id"] for record in described(download(platform, "imagefolder", version="v2"))] == [late.id]
    assert described(download(platform, "imagefolder")) == []


def test_an_export_is_there_once_it_is_whole_whatever_became_of_the_one_before(platform, study, faces, tmp_path):
    folder, part = tmp_path / "v1", tmp_path / "v1.part"
    (part / "images").mkdir(parents=True)
    (part / "images" / "withdrawn.jpg").write_bytes(b"somebody's own")

    def write(progress=lambda done, faces: None):
        platform.downloads.write(OPERATOR, study.id, "v1", "coco", Cut.CROP, folder, progress)

    def interrupted(done: int, of: int) -> None:
        assert part.is_dir() and not folder.exists()
        raise KeyboardInterrupt

    def withdrawn_from(done: int, of: int) -> None:
        if done == of:
            platform.withdrawal.withdraw_everything(platform.accounts.sign_in("0@example.org", PASSWORD).person)

    with pytest.raises(InvalidInput, match="in the way"):
        write()
    (part / "DATASHEET.md").write_text("Left by an export that was killed.")
    for failing, failure in ((interrupted, KeyboardInterrupt), (withdrawn_from, NotFound)):
        with pytest.raises(failure):
            write(failing)
        assert list(tmp_path.glob("v1*")) == []
    write()
    assert len(list((folder / "images").iterdir())) == len(faces) - 1
    assert (folder / SUMS).exists() and not part.exists()
    with pytest.raises(InvalidInput, match="finished export"):
        write()


def datasheet_of(platform, version: str) -> str:
    """Its words, however they are broken into lines."""
    return " ".join(download(platform, "folders", version=version).read("DATASHEET.md").decode().split())


def test_the_datasheet_of_given_faces_speaks_of_no_imports(platform, faces):
    said = datasheet_of(platform, "v1")
    assert "- 4 faces of 4 people aged 18 or over who gave photos of themselves." in said
    assert "People gave photos of themselves in a browser" in said
    assert "Nobody is in two of them, and people keep theirs from version to version. **Does it" in said
    assert "Imported" not in said


def test_the_datasheet_says_where_imported_faces_come_from(platform, study, faces, tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(pattern(10 + number))
    for name, rows in (("named", "0.jpg,happy,ada\n1.jpg,sad,ada\n"), ("unnamed", "2.jpg,happy,\n")):
        (tmp_path / f"{name}.csv").write_text("image,label,person\n" + rows)
        terms = Terms("CC0", f"Signed by the {name}.")
        platform.importing.add(OPERATOR, study.id, load(f"manifest:{tmp_path / name}.csv"), terms)
    platform.versions.freeze(OPERATOR, study.id, "both")
    platform.versions.freeze(OPERATOR, study.id, "imported", FaceFilter(sources=frozenset({Source.IMPORT})))
    both, imported = (datasheet_of(platform, version) for version in ("both", "imported"))
    for said in (both, imported):
        assert (
            "- 2 faces of 1 people. Imported from manifest:named.csv. - Licence: CC0 - Consent basis: Signed by" in said
        )
        assert "- 1 faces of 1 people. Imported from manifest:unnamed.csv." in said and "nobody knows, so each" in said
        assert "For imported faces, this holds as far as their dataset says whom they show." in said
        assert "Imported faces (`source` is `import`) were collected before this study" in said
    assert "- 4 faces of 4 people aged 18 or over" in both and "in a browser, after they read" in both
    assert "aged 18" not in imported and "in a browser, after they read" not in imported


def test_the_datasheet_says_what_was_chosen_and_how_votes_were_settled(platform, study, faces):
    chosen = FaceFilter(labels=frozenset({Emotion.SAD, Emotion.FEAR, None}), disputed=False)
    platform.versions.freeze(OPERATOR, study.id, "some", chosen, ConsensusRule.DAWID_SKENE)
    plain, some = (datasheet_of(platform, version) for version in ("v1", "some"))
    assert "Chosen" not in plain and "`perceived` is what most annotators saw." in plain
    chosen = "the class is no expression or sad or fear; the model's guess is the same"
    assert f"those where {chosen}." in some
    assert "(Dawid & Skene, Applied Statistics 28, 1979)" in some


def test_the_citation_file_is_sound_whatever_the_study_is_called(platform, study, faces):
    owner = 'Prof. "Å": Ångström # ’'
    platform.studies.update(OPERATOR, replace(study, owner=owner, name="Faces: 顔"))
    lines = download(platform, "folders").read("CITATION.cff").decode().splitlines()
    cited = {key.strip(" -"): json.loads(value) for key, _, value in (line.partition(": ") for line in lines) if value}
    assert cited["title"] == "Faces: 顔, version v1"
    assert cited["name"] == owner


def test_a_version_of_a_study_that_nobody_described_is_cited_by_its_name(platform, settings, study, faces):
    open_stores(settings).records.save_study(replace(study, name="Imports", owner="", purpose="", contact=""))
    assert '- name: "The study Imports"' in download(platform, "folders").read("CITATION.cff").decode()
    assert "not said yet **Who made it?** The study Imports. Contact: not said yet." in datasheet_of(platform, "v1")
