"""Note what annotators' queues are ordered by for the faces of a store that had no review yet."""

import json
import math
import sqlite3


def fill(sql: sqlite3.Connection) -> None:
    for face_id, document in sql.execute("SELECT id, document FROM faces"):
        face = json.loads(document)
        shares = face["prediction"]["probabilities"]
        entropy = -sum(share * math.log(share) for share in shares if share > 0)
        row = ("review" in face["purposes"], shares.index(max(shares)), entropy, face_id)
        sql.execute("UPDATE face_facts SET reviewable = ?, guess = ?, entropy = ? WHERE face_id = ?", row)
