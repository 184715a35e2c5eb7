"""StudyStore on SQLite."""

import sqlite3
from datetime import datetime

from fers.domain.invitations import Invitation
from fers.domain.people import Membership, Role
from fers.errors import AlreadyExists, NotFound
from fers.storage.shared.documents import time_from_text, time_to_text
from fers.storage.sqlite.database import Database


class SqliteStudies:
    def __init__(self, database: Database):
        self._database = database

    def save_membership(self, membership: Membership) -> None:
        with self._database.transaction() as sql:
            _save(sql, membership)

    def add_membership(self, membership: Membership) -> None:
        with self._database.transaction() as sql:
            if _role(sql, membership) is not None:
                raise AlreadyExists("record.exists")
            _save(sql, membership)

    def note_entry(self, person_id: str, study_id: str, at: datetime) -> bool:
        statement = "UPDATE memberships SET entered_at = ? WHERE person_id = ? AND study_id = ?"
        with self._database.transaction() as sql:
            return sql.execute(statement, (time_to_text(at), person_id, study_id)).rowcount == 1

    def delete_membership(self, person_id: str, study_id: str) -> None:
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM memberships WHERE person_id = ? AND study_id = ?", (person_id, study_id))

    def memberships_of(self, person_id: str) -> list[Membership]:
        rows = self._database.rows(
            "SELECT * FROM memberships WHERE person_id = ? ORDER BY entered_at DESC, study_id", (person_id,)
        )
        return [_membership(row) for row in rows]

    def staff_of(self, study_id: str) -> list[Membership]:
        rows = self._database.rows(
            "SELECT * FROM memberships WHERE study_id = ? AND role <> ? ORDER BY person_id",
            (study_id, Role.PARTICIPANT.value),
        )
        return [_membership(row) for row in rows]

    def create_invitation(self, invitation: Invitation) -> None:
        what = (invitation.id, invitation.study_id, invitation.role.value, invitation.sha256)
        limits = (time_to_text(invitation.expires_at), invitation.uses_left)
        with self._database.transaction() as sql:
            statement = "INSERT INTO invitations VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
            if sql.execute(statement, what + limits).rowcount != 1:
                raise AlreadyExists("invitation.exists")

    def invitation(self, sha256: str) -> Invitation | None:
        rows = self._database.rows("SELECT * FROM invitations WHERE sha256 = ?", (sha256,))
        return _invitation(rows[0]) if rows else None

    def invitations_to(self, study_id: str) -> list[Invitation]:
        rows = self._database.rows(
            "SELECT * FROM invitations WHERE study_id = ? ORDER BY expires_at DESC, id", (study_id,)
        )
        return [_invitation(row) for row in rows]

    def use_invitation(
        self, sha256: str, now: datetime, place: Membership | None = None, before: Role | None = None
    ) -> Invitation | None:
        with self._database.transaction() as sql:
            rows = sql.execute(
                "UPDATE invitations SET uses_left = uses_left - 1"
                " WHERE sha256 = ? AND uses_left > 0 AND expires_at > ? RETURNING *",
                (sha256, time_to_text(now)),
            ).fetchall()
            if rows and place:
                if _role(sql, place) is not before:
                    raise AlreadyExists("record.exists")
                _save(sql, place)
        return _invitation(rows[0]) if rows else None

    def revoke_invitation(self, invitation_id: str) -> None:
        with self._database.transaction() as sql:
            sql.execute("UPDATE invitations SET uses_left = 0 WHERE id = ?", (invitation_id,))


def _save(sql: sqlite3.Connection, membership: Membership) -> None:
    values = (membership.study_id, membership.role.value, time_to_text(membership.entered_at))
    statement = "REPLACE INTO memberships SELECT id, ?, ?, ? FROM people WHERE id = ?"
    if sql.execute(statement, (*values, membership.person_id)).rowcount != 1:
        raise NotFound("account.gone")


def _role(sql: sqlite3.Connection, place: Membership) -> Role | None:
    """Of the person of `place`, in its study."""
    query = "SELECT role FROM memberships WHERE person_id = ? AND study_id = ?"
    row = sql.execute(query, (place.person_id, place.study_id)).fetchone()
    return Role(row["role"]) if row else None


def _membership(row: sqlite3.Row) -> Membership:
    return Membership(row["person_id"], row["study_id"], Role(row["role"]), time_from_text(row["entered_at"]))


def _invitation(row: sqlite3.Row) -> Invitation:
    return Invitation(
        id=row["id"],
        study_id=row["study_id"],
        role=Role(row["role"]),
        sha256=row["sha256"],
        expires_at=time_from_text(row["expires_at"]),
        uses_left=row["uses_left"],
    )
