"""Begin the audit log's chain with the entries of a store that had none yet."""

import hashlib
import json
import sqlite3


def fill(sql: sqlite3.Connection) -> None:
    previous, columns = "", "number, at, actor_role, action, subject, actor, study_id"
    for number, *said in sql.execute(f"SELECT {columns} FROM audit ORDER BY number").fetchall():
        sealed = json.dumps(["store", number, *said, previous])
        previous = hashlib.sha256(sealed.encode()).hexdigest()
        sql.execute("UPDATE audit SET sha256 = ? WHERE number = ?", (previous, number))
