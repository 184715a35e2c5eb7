"""Keep hashes only of how providers know people."""

import hashlib
import sqlite3


def fill(sql: sqlite3.Connection) -> None:
    for issuer, subject, person_id in sql.execute("SELECT issuer, subject, person_id FROM named_identities").fetchall():
        sha256 = hashlib.sha256(f"{issuer} {subject}".encode()).hexdigest()
        sql.execute("INSERT INTO identities VALUES (?, ?)", (sha256, person_id))
    sql.execute("DROP TABLE named_identities")
