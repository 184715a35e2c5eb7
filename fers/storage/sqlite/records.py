"""RecordStore on SQLite."""

import json
import sqlite3
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from fers.domain.audit import AuditEntry, SealedEntry
from fers.domain.consent import Consent, ConsentText, Purpose
from fers.domain.faces import Face, Origin, Source
from fers.domain.people import Person, Role
from fers.domain.ranges import EVERY_ID, IdRange
from fers.domain.studies import Study
from fers.domain.versions import SHARED
from fers.errors import AlreadyExists, NotFound, StoreUnavailable
from fers.storage.shared.documents import time_from_text, time_to_text
from fers.storage.shared.study_documents import study_from_document, study_to_document
from fers.storage.sqlite import audit, face_rows, field_rows
from fers.storage.sqlite.database import Database
from fers.storage.sqlite.face_rows import FACE_COLUMNS
from fers.storage.sqlite.group_rows import keep_groups
from fers.storage.sqlite.person_rows import require_person
from fers.storage.sqlite.seal import NewestSeal
from fers.storage.sqlite.unscored_rows import keep_unscored

_PAGE = 200
_ORIGINS_PAGE = 5000


class SqliteRecords:
    def __init__(self, database: Database):
        self._database = database
        self._newest_seal = NewestSeal(database.folder)

    def create_person(self, person: Person) -> None:
        values = (person.id, person.role.value, time_to_text(person.created_at), person.asked_first)
        with self._database.transaction(large=True) as sql:
            _require_new(sql.execute("INSERT INTO people VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", values))

    def person(self, person_id: str) -> Person | None:
        rows = self._database.rows("SELECT * FROM people WHERE id = ?", (person_id,))
        return _person(rows[0]) if rows else None

    def update_person(self, person: Person) -> None:
        values = (person.role.value, time_to_text(person.created_at), person.asked_first, person.id)
        with self._database.transaction() as sql:
            _require_known(
                sql.execute("UPDATE people SET role = ?, created_at = ?, asked_first = ? WHERE id = ?", values)
            )

    def delete_belongings(self, person_id: str) -> None:
        with self._database.erasure() as sql:
            _delete_belongings(sql, person_id)

    def delete_person(self, person_id: str) -> None:
        with self._database.erasure() as sql:
            _delete_belongings(sql, person_id)
            sql.execute("DELETE FROM people WHERE id = ?", (person_id,))

    def people(self, among: IdRange = EVERY_ID) -> Iterator[Person]:
        last = among.after
        page_after = "SELECT * FROM people WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"
        while page := self._database.rows(page_after, (last, among.to, _PAGE)):
            yield from map(_person, page)
            last = page[-1]["id"]

    def administrators(self) -> list[Person]:
        rows = self._database.rows("SELECT * FROM people WHERE role = ? ORDER BY id", (Role.ADMINISTRATOR.value,))
        return [_person(row) for row in rows]

    def save_study(self, study: Study) -> None:
        with self._database.transaction() as sql:
            sql.execute(
                "INSERT INTO studies (id, document) VALUES (?, ?)"
                " ON CONFLICT (id) DO UPDATE SET document = excluded.document",
                (study.id, json.dumps(study_to_document(study))),
            )

    def change_study(self, before: Study, after: Study) -> bool:
        with self._database.transaction() as sql:
            row = sql.execute("SELECT document FROM studies WHERE id = ?", (before.id,)).fetchone()
            if row is None or study_from_document(json.loads(row["document"])) != before:
                return False
            document = json.dumps(study_to_document(after))
            sql.execute("UPDATE studies SET document = ? WHERE id = ?", (document, before.id))
        return True

    def studies(self) -> list[Study]:
        """Oldest first."""
        rows = self._database.rows("SELECT document FROM studies ORDER BY number")
        return [study_from_document(json.loads(row["document"])) for row in rows]

    def keep_out(self, study_id: str, face_id: str) -> None:
        with self._database.transaction() as sql:
            sql.execute("INSERT OR IGNORE INTO kept_out VALUES (?, ?)", (study_id, face_id))

    def kept_out(self, study_id: str) -> set[str]:
        rows = self._database.rows("SELECT face_id FROM kept_out WHERE study_id = ?", (study_id,))
        return {row["face_id"] for row in rows}

    def create_consent(self, consent: Consent) -> None:
        text, purposes = consent.text, json.dumps(sorted(consent.purposes))
        who = (consent.id, consent.person_id, consent.study_id)
        what = (text.version, text.sha256, purposes, time_to_text(consent.given_at))
        with self._database.transaction() as sql:
            require_person(sql, consent.person_id)
            sql.execute("INSERT INTO consent_texts VALUES (?, ?) ON CONFLICT DO NOTHING", (text.sha256, text.body))
            inserted = sql.execute(
                "INSERT INTO consents (id, person_id, study_id, text_version, text_sha256, purposes, given_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                who + what,
            )
            _require_new(inserted)

    def latest_consent(self, person_id: str, study_id: str) -> Consent | None:
        return next((c for c in reversed(self.consents_of(person_id)) if c.study_id == study_id), None)

    def count_agreed(self, study_id: str, texts: Collection[str]) -> int:
        among = ", ".join("?" * len(texts))
        [row] = self._database.rows(
            f"SELECT COUNT(*) AS people FROM consents AS last WHERE study_id = ? AND text_sha256 IN ({among})"
            " AND NOT EXISTS"
            " (SELECT 1 FROM consents AS later WHERE later.person_id = last.person_id"
            " AND later.study_id = last.study_id AND (later.given_at, later.number) > (last.given_at, last.number))",
            (study_id, *texts),
        )
        return int(row["people"])

    def consents_of(self, person_id: str) -> list[Consent]:
        rows = self._database.rows(
            "SELECT * FROM consents JOIN consent_texts ON sha256 = text_sha256"
            " WHERE person_id = ? ORDER BY given_at, number",
            (person_id,),
        )
        return [_consent(row) for row in rows]

    def create_face(self, face: Face) -> None:
        """Also raises NotFound when the face's person is gone, so that no face outlives a withdrawal beside it."""
        with self._database.transaction(large=True) as sql:
            require_person(sql, face.person_id)
            values = face_rows.face_values(face)
            inserted = f"INSERT INTO faces ({FACE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
            _require_new(sql.execute(inserted, values))
            face_rows.keep(sql, face)
            keep_groups(sql, face.person_id, face.study_id)
            field_rows.keep(sql, face)
            keep_unscored(sql, face)

    def face(self, face_id: str) -> Face | None:
        return next(iter(self._faces("WHERE id = ?", (face_id,))), None)

    def update_face(self, face: Face) -> None:
        values = (*face_rows.face_values(face), face.id)
        with self._database.transaction() as sql:
            _require_known(sql.execute(f"UPDATE faces SET ({FACE_COLUMNS}) = (?, ?, ?, ?, ?, ?) WHERE id = ?", values))
            face_rows.keep(sql, face)
            field_rows.keep(sql, face)
            keep_unscored(sql, face)
            if not face.purposes >= SHARED:
                for table in ("snapshot_entries", "crops", "lost_images"):
                    sql.execute(f"DELETE FROM {table} WHERE face_id = ?", (face.id,))

    def delete_face(self, face_id: str) -> None:
        with self._database.erasure() as sql:
            sql.execute("DELETE FROM faces WHERE id = ?", (face_id,))

    def faces_of(self, person_id: str) -> list[Face]:
        return self._faces("WHERE person_id = ? ORDER BY given_at DESC, id", (person_id,))

    def faces(self, among: IdRange = EVERY_ID) -> Iterator[Face]:
        last = among.after
        while page := self._faces("WHERE id > ? AND id <= ? ORDER BY id LIMIT ?", (last, among.to, _PAGE)):
            yield from page
            last = page[-1].id

    def origins(self, among: IdRange = EVERY_ID) -> Iterator[Origin]:
        last, sources = among.after, {source.value: source for source in Source}
        page_after = (
            "SELECT id, person_id, study_id, json_extract(document, '$.source') FROM faces"
            " WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"
        )
        while page := self._database.rows(page_after, (last, among.to, _ORIGINS_PAGE)):
            for face_id, person_id, study_id, source in page:
                yield Origin(face_id, person_id, study_id, sources[source])
            last = page[-1]["id"]

    def faces_due(self, now: datetime) -> list[Face]:
        return self._faces("WHERE purge_at <= ? ORDER BY purge_at, id LIMIT ?", (time_to_text(now), _PAGE))

    def count_due(self, now: datetime) -> int:
        [(count,)] = self._database.rows("SELECT count(*) FROM faces WHERE purge_at <= ?", (time_to_text(now),))
        return int(count)

    def clock_seen(self) -> datetime | None:
        rows = self._database.rows("SELECT seen_at FROM clock")
        return time_from_text(rows[0]["seen_at"]) if rows else None

    def note_clock(self, now: datetime) -> None:
        with self._database.transaction() as sql:
            sql.execute("REPLACE INTO clock VALUES (1, ?)", (time_to_text(now),))

    def problems(self) -> list[str]:
        try:
            damage = [row[0] for row in self._database.rows("PRAGMA integrity_check")]
            dangling = self._database.rows("PRAGMA foreign_key_check")
        except StoreUnavailable as error:
            return [str(error)]
        problems = [f"The database is damaged: {line}." for line in damage if line != "ok"]
        problems += self._newest_seal.problems(self.sealed_audit())
        return problems + [f"A row of {row['table']} refers to a missing row of {row['parent']}." for row in dangling]

    def append_audit(self, entry: AuditEntry) -> None:
        with self._database.transaction() as sql:
            newest = audit.append(sql, entry)
        self._newest_seal.note(newest)

    def audit(self) -> Iterator[AuditEntry]:
        return (sealed.entry for sealed in self.sealed_audit())

    def sealed_audit(self) -> Iterator[SealedEntry]:
        last = 0
        page_after = audit.select("WHERE number > ? ORDER BY number LIMIT ?")
        while page := self._database.rows(page_after, (last, _PAGE)):
            yield from map(audit.sealed, page)
            last = page[-1]["number"]

    def latest_audit(self, count: int, study_id: str | None = None) -> list[AuditEntry]:
        where, parameters = ("", ()) if study_id is None else ("WHERE study_id = ?", (study_id,))
        query = audit.select(f"{where} ORDER BY number DESC LIMIT ?")
        return [audit.sealed(row).entry for row in self._database.rows(query, (*parameters, count))]

    def _faces(self, condition: str, parameters: tuple[Any, ...]) -> list[Face]:
        query = f"SELECT {FACE_COLUMNS} FROM faces {condition}"
        return [face_rows.face_of(row) for row in self._database.rows(query, parameters)]


def _delete_belongings(sql: sqlite3.Connection, person_id: str) -> None:
    for table in ("consents", "memberships", "self_descriptions", "access_tokens", "places", "sittings", "replies"):
        sql.execute(f"DELETE FROM {table} WHERE person_id = ?", (person_id,))
    sql.execute("UPDATE participations SET person_id = NULL WHERE person_id = ?", (person_id,))


def _require_new(inserted: sqlite3.Cursor) -> None:
    if inserted.rowcount != 1:
        raise AlreadyExists("record.exists")


def _require_known(updated: sqlite3.Cursor) -> None:
    if updated.rowcount != 1:
        raise NotFound("record.gone")


def _person(row: sqlite3.Row) -> Person:
    return Person(row["id"], Role(row["role"]), time_from_text(row["created_at"]), bool(row["asked_first"]))


def _consent(row: sqlite3.Row) -> Consent:
    return Consent(
        id=row["id"],
        person_id=row["person_id"],
        study_id=row["study_id"],
        text=ConsentText(row["text_version"], row["body"]),
        purposes=frozenset(map(Purpose, json.loads(row["purposes"]))),
        given_at=time_from_text(row["given_at"]),
    )
