"""SignIn on SQLite. Of every secret but the e-mail address only a hash is kept."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from fers.domain.interfaces import DOWNLOAD_TOKEN_SECONDS, TICKET_SECONDS
from fers.domain.people import Identity, Keys, Role
from fers.errors import StoreUnavailable
from fers.storage.shared.credentials import (
    Passwords,
    code_key,
    device_key,
    email_key,
    identity_key,
    new_code,
    new_token,
    plain_code,
    plain_email,
    sealed,
    sha256,
    unsealed,
)
from fers.storage.shared.documents import time_from_text, time_to_text
from fers.storage.shared.guesses import Guesses
from fers.storage.sqlite.database import Database
from fers.storage.sqlite.devices import SqliteDevices, forget_devices
from fers.storage.sqlite.throttle import Throttle

_COARSEST_SEEN = timedelta(minutes=1)
_NO_PASSWORD = ""
"""Stands for the hash where the owner of an account has chosen no password here."""


class SqliteSignIn:
    """`idle`: a session ends when it was not resumed for this long (noted to a tenth of it, or to the minute).
    `lifetime`: it ends this long after it was opened in any case."""

    sends_mail = False

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        idle: timedelta,
        lifetime: timedelta,
        passwords: Passwords | None = None,
    ):
        self._database = database
        self._now = now
        self._idle = idle
        self._lifetime = lifetime
        self._passwords = passwords or Passwords()
        self._throttle = Throttle(database, now)
        self._devices = SqliteDevices(database, now)
        self._guesses = Guesses(self._throttle, now)

    def register(self, person_id: str, email: str, password: str) -> bool:
        values = (person_id, plain_email(email), self._passwords.hash(password))
        with self._database.transaction() as sql:
            statement = "INSERT INTO passwords VALUES (?, ?, ?) ON CONFLICT (email) DO NOTHING"
            return sql.execute(statement, values).rowcount == 1

    def register_code(self, person_id: str) -> str:
        code = new_code()
        with self._database.transaction() as sql:
            sql.execute("REPLACE INTO codes VALUES (?, ?)", (person_id, sha256(plain_code(code))))
        return code

    def check_password(self, email: str, password: str, device: str = "") -> str | None:
        rows = self._database.rows("SELECT person_id, hash FROM passwords WHERE email = ?", (plain_email(email),))
        person_id, known_hash = rows[0] if rows else ("", None)
        known = self._devices.knows(person_id, device)
        key = device_key(person_id, device) if known else email_key(email)
        self._throttle.begin(key)
        if not self._passwords.matches(password, known_hash) or known_hash is None:
            return None
        self._throttle.succeeded(key)
        if self._passwords.is_outdated(known_hash):
            self._renew(person_id, known_hash, self._passwords.hash(password))
        return person_id

    def has_password(self, person_id: str) -> bool:
        query = "SELECT 1 FROM passwords WHERE person_id = ? AND hash <> ?"
        return bool(self._database.rows(query, (person_id, _NO_PASSWORD)))

    def change_password(self, person_id: str, password: str) -> None:
        self._begin_anew(person_id, self._passwords.hash(password))

    def drop_password(self, person_id: str) -> None:
        self._begin_anew(person_id, _NO_PASSWORD)

    def know_device(self, person_id: str, device: str) -> None:
        self._devices.know(person_id, device)

    def knows_device(self, person_id: str, device: str) -> bool:
        return bool(device) and self._devices.knows(person_id, device)

    def check_code(self, code: str, device: str = "") -> str | None:
        rows = self._database.rows("SELECT person_id FROM codes WHERE sha256 = ?", (sha256(plain_code(code)),))
        person_id: str | None = rows[0]["person_id"] if rows else None
        if person_id is not None and self._devices.knows(person_id, device):
            return person_id
        key = code_key(code)
        self._throttle.begin(key)
        if person_id is None:
            return None
        self._throttle.succeeded(key)
        return person_id

    def send_verification(self, email: str, password: str) -> None:
        pass

    def is_verified(self, person_id: str) -> bool:
        return True

    def send_password_reset(self, email: str) -> None:
        pass

    def register_identity(self, person_id: str, identity: Identity) -> bool:
        with self._database.transaction() as sql:
            statement = "INSERT INTO identities VALUES (?, ?) ON CONFLICT DO NOTHING"
            return sql.execute(statement, (identity_key(identity), person_id)).rowcount == 1

    def person_by_identity(self, identity: Identity) -> str | None:
        rows = self._database.rows("SELECT person_id FROM identities WHERE sha256 = ?", (identity_key(identity),))
        return rows[0]["person_id"] if rows else None

    def note_role(self, person_id: str, role: Role) -> None:
        pass

    def person_by_email(self, email: str) -> str | None:
        rows = self._database.rows("SELECT person_id FROM passwords WHERE email = ?", (plain_email(email),))
        return rows[0]["person_id"] if rows else None

    def email_of(self, person_id: str) -> str | None:
        rows = self._database.rows("SELECT email FROM passwords WHERE person_id = ?", (person_id,))
        return rows[0]["email"] if rows else None

    def keys_of(self, person_id: str) -> Keys:
        codes, identities = (self._bound(table, person_id) for table in ("codes", "identities"))
        return Keys(self.email_of(person_id), codes, identities)

    def adopt(self, person_id: str, keys: Keys) -> None:
        with self._database.transaction() as sql:
            for table, wanted in (("codes", keys.codes), ("identities", keys.identities)):
                sql.execute(f"DELETE FROM {table} WHERE person_id = ?", (person_id,))
                statement = f"INSERT INTO {table} (sha256, person_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
                sql.executemany(statement, [(key, person_id) for key in sorted(wanted)])
            if keys.email is not None:
                values = (person_id, keys.email, _NO_PASSWORD)
                sql.execute("INSERT INTO passwords VALUES (?, ?, ?) ON CONFLICT DO NOTHING", values)

    def forget(self, person_id: str) -> None:
        email = self.email_of(person_id)
        with self._database.erasure() as sql:
            forget_devices(sql, person_id)
            for table in ("passwords", "codes", "identities", "sessions"):
                sql.execute(f"DELETE FROM {table} WHERE person_id = ?", (person_id,))
            if email is not None:
                sql.execute("DELETE FROM throttles WHERE key = ?", (email_key(email),))

    def open_session(self, person_id: str) -> str:
        token, now = new_token(), self._now()
        expired = (time_to_text(now - self._idle), time_to_text(now - self._lifetime))
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM sessions WHERE seen_at <= ? OR opened_at <= ?", expired)
            opened = time_to_text(now)
            sql.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", (sha256(token), person_id, opened, opened))
        return token

    def resume(self, token: str) -> str | None:
        key, now = sha256(token), self._now()
        rows = self._database.rows("SELECT person_id, opened_at, seen_at FROM sessions WHERE sha256 = ?", (key,))
        if not rows:
            return None
        unseen_for = now - time_from_text(rows[0]["seen_at"])
        if unseen_for >= self._idle or now - time_from_text(rows[0]["opened_at"]) >= self._lifetime:
            self.close_session(token)
            return None
        if unseen_for >= min(_COARSEST_SEEN, self._idle / 10):
            # Where it can't be noted now, the next page does: nobody is kept waiting at a page for that.
            with suppress(StoreUnavailable), self._database.transaction(patient=False) as sql:
                sql.execute("UPDATE sessions SET seen_at = ? WHERE sha256 = ?", (time_to_text(now), key))
        person_id: str = rows[0]["person_id"]
        return person_id

    def close_session(self, token: str) -> None:
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM sessions WHERE sha256 = ?", (sha256(token),))

    def close_sessions(self, person_id: str, but: str = "") -> None:
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM sessions WHERE person_id = ? AND sha256 <> ?", (person_id, sha256(but)))

    def issue_ticket(self, token: str) -> str:
        ticket, now = new_token(), self._now()
        too_old = time_to_text(now - timedelta(seconds=TICKET_SECONDS))
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM tickets WHERE left_at <= ?", (too_old,))
            values = (sha256(ticket), sealed(token, ticket), time_to_text(now))
            sql.execute("INSERT INTO tickets VALUES (?, ?, ?)", values)
        return ticket

    def redeem_ticket(self, ticket: str) -> str | None:
        too_old = time_to_text(self._now() - timedelta(seconds=TICKET_SECONDS))
        with self._database.transaction() as sql:
            query = "DELETE FROM tickets WHERE sha256 = ? RETURNING sealed, left_at"
            left = sql.execute(query, (sha256(ticket),)).fetchone()
        return unsealed(left["sealed"], ticket) if left and left["left_at"] > too_old else None

    def issue_download_token(self, token: str, purpose: str) -> str:
        secret, now = new_token(), self._now()
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM errands WHERE ends_at <= ?", (time_to_text(now),))
            ends_at = time_to_text(now + timedelta(seconds=DOWNLOAD_TOKEN_SECONDS))
            values = (sha256(secret), sealed(token, secret), purpose, ends_at)
            sql.execute("INSERT INTO errands VALUES (?, ?, ?, ?)", values)
        return secret

    def redeem_download_token(self, secret: str) -> tuple[str, str] | None:
        query = "SELECT sealed, errand FROM errands WHERE sha256 = ? AND ends_at > ?"
        rows = self._database.rows(query, (sha256(secret), time_to_text(self._now())))
        return (unsealed(rows[0]["sealed"], secret), rows[0]["errand"]) if rows else None

    def check_caller(self, caller: str) -> None:
        self._guesses.check(caller)

    def count_miss(self, caller: str) -> None:
        self._guesses.count(caller)

    def issue_setup_token(self) -> str:
        token = new_token()
        with self._database.transaction() as sql:
            sql.execute("REPLACE INTO setup_token VALUES (1, ?)", (sha256(token),))
        return token

    def redeem_setup_token(self, token: str) -> bool:
        with self._database.transaction() as sql:
            redeemed = sql.execute("UPDATE setup_token SET sha256 = NULL WHERE sha256 = ?", (sha256(token),))
            return redeemed.rowcount == 1

    def _bound(self, table: str, person_id: str) -> frozenset[str]:
        """The person's codes, or their identities."""
        rows = self._database.rows(f"SELECT sha256 FROM {table} WHERE person_id = ?", (person_id,))
        return frozenset(row["sha256"] for row in rows)

    def _begin_anew(self, person_id: str, new_hash: str) -> None:
        with self._database.transaction() as sql:
            sql.execute("UPDATE passwords SET hash = ? WHERE person_id = ?", (new_hash, person_id))
            sql.execute("DELETE FROM sessions WHERE person_id = ?", (person_id,))
            forget_devices(sql, person_id)

    def _renew(self, person_id: str, old_hash: str, new_hash: str) -> None:
        """Unless the password was changed meanwhile."""
        with self._database.transaction() as sql:
            values = (new_hash, person_id, old_hash)
            sql.execute("UPDATE passwords SET hash = ? WHERE person_id = ? AND hash = ?", values)
