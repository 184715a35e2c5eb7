"""A store that any release of FERS wrote is opened, brought up to date and used like one that was begun today."""

import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from fers.assembly import assemble
from fers.datasets import FaceSet
from fers.domain.emotions import LABELS, Emotion
from fers.domain.exploring import FaceFilter
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Identity, Person, Role
from fers.services.faces.importing import Terms
from fers.services.operations.migration import Migration
from fers.storage.sqlite import open_stores
from fers.storage.sqlite.database import FILE, Database
from fers.storage.sqlite.migrations import MIGRATIONS
from tests.people import EVERYTHING, PASSWORD, OneFace, OneModel, give_face
from tests.storage.sqlite.releases import STORES, unpack, write

ANNOTATOR = Person("f" * 32, Role.ANNOTATOR, write.NOON, asked_first=False)
COUNTED = {"count", "faces", "people"}
"""Columns that say of how many a row is."""


@pytest.fixture(params=[*STORES, None], ids=lambda store: store.name[:4] if store else "today")
def said(request, settings):
    """What was given to the store in the settings' folder, which another release may have written."""
    if request.param:
        return unpack(request.param, settings.data)
    write.write(settings.data)
    said = json.loads((settings.data / "said.json").read_text("utf-8"))
    assert all(said[part] for part in ("faces", "labels", "versions", "imported", "removed", "provider", "answers"))
    return said


def upgraded(folder) -> sqlite3.Connection:
    Database(folder).close()
    return closing(sqlite3.connect(folder / FILE))


def shape(database) -> dict[str, str]:
    """The statement that makes each table, index and trigger, however it is broken into lines."""
    made = database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {name: re.sub(r"(?<=\()\s|\s(?=\))", "", re.sub(r"\s+", " ", sql)) for name, sql in made}


def derived(database) -> dict[str, list]:
    """What is noted and counted of the faces."""
    rows = {}
    for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        if re.search("_(facts|counts|sums|sizes)$", table):
            found = database.execute(f"SELECT * FROM {table}")
            counted = [place for place, (name, *_) in enumerate(found.description) if name in COUNTED]
            rows[table] = sorted(row for row in map(tuple, found) if all(row[place] for place in counted))
    return rows


def test_the_newest_shape_is_kept():
    assert STORES[-1].name == f"{len(MIGRATIONS):04}.tar.xz"


def test_an_old_database_gets_the_shape_of_a_new_one(said, settings, tmp_path):
    with upgraded(settings.data) as old, upgraded(tmp_path / "new") as new:
        assert shape(old) == shape(new)
        assert old.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert old.execute("PRAGMA foreign_key_check").fetchall() == []


def test_an_old_store_holds_what_was_given_to_it_noted_and_counted_as_today(said, settings, clock, tmp_path):
    new_settings = replace(settings, data=tmp_path / "new")
    old, new = (open_stores(one, clock) for one in (settings, new_settings))
    given = {face.id: face.answer.label for face in old.records.faces()}
    words = {face_id: label and label.label for face_id, label in given.items()}
    assert words == said["faces"] | dict.fromkeys(said.get("imported", ()))
    for face_id, of_face in said["labels"].items():
        labels = [(label.annotator_id, label.verdict, label.emotion) for label in old.labels.labels_of(face_id)]
        assert labels == [(who, verdict, Emotion.from_label(seen) if seen else None) for who, verdict, seen in of_face]
    for person_id, answer in said.get("answers", {}).items():
        [reply] = old.replies.all_replies_of(person_id)
        assert [reply.question, reply.version, reply.value] == answer
    assert Migration(old, new).run(OPERATOR).problems == []
    with upgraded(settings.data) as one, upgraded(new_settings.data) as other:
        assert derived(one) == derived(other)


def test_an_old_store_is_used_like_any_other(said, settings, clock):
    platform = assemble(settings, models=OneModel(), detector=OneFace(), now=clock)
    study = platform.studies.current()
    ada = platform.accounts.sign_in("ada@example.org", PASSWORD).person
    if "provider" in said:
        signed_in = platform.accounts.sign_in_with_provider(Identity("https://id.example.org", "7"))
        assert signed_in.person.id == said["provider"]
    for version_id, faces in said["versions"].values():
        assert len(list(platform.versions.entries(OPERATOR, version_id))) == faces

    platform.consents.give(ada, platform.consents.text(ada).sha256, EVERYTHING, adult=True)
    face = give_face(platform, ada)
    platform.review.label(ANNOTATOR, study.id, face.id, Verdict.EMOTION, distribution=only(Emotion.FEAR))
    [found] = [one for one in platform.explore.newest(OPERATOR, study.id, FaceFilter(), 9) if one.face.id == face.id]
    assert (found.label, found.reviewed) == (Emotion.FEAR, True)
    imported = platform.importing.add(OPERATOR, study.id, the_set(), Terms("CC0", "Everybody signed."))
    known, out = len(said.get("imported", ())), "removed" in said
    assert (imported.added, imported.known, imported.removed) == (2 - known - out, known, int(out))

    there = {one.face.id for one in platform.explore.newest(OPERATOR, study.id, FaceFilter(), 9)}
    version = platform.versions.freeze(OPERATOR, study.id, "after")
    frozen = {entry.face_id for entry in platform.versions.entries(OPERATOR, version.id)}
    own = {face_id for face_id, word in said["faces"].items() if word} | {face.id}
    assert own <= frozen <= there
    platform.withdrawal.withdraw_face(ada, face.id)
    assert {entry.face_id for entry in platform.versions.entries(OPERATOR, version.id)} == frozen - {face.id}
    platform.withdrawal.withdraw_everything(ada)
    left = {one.face.id for one in platform.explore.newest(OPERATOR, study.id, FaceFilter(), 9)}
    assert left == there - own
    assert [str(finding) for finding in platform.doctor.examine()] == []


def the_set() -> FaceSet:
    """The one that a release imported."""
    votes = np.eye(len(LABELS), dtype=np.float32)[[Emotion.ANGER, Emotion.FEAR]]
    return FaceSet("folder:set", ["a.png", "b.png"], votes, lambda index: write.picture(3 + index), Counter())
