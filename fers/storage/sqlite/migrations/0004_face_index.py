"""Note what the faces of a store that had no index yet are found by."""

import json
import sqlite3
from datetime import datetime, timedelta

LABELS = ("neutral", "happy", "sad", "surprise", "fear", "disgust", "anger", "contempt")
SOURCES = ("webcam", "upload", "import")


def fill(sql: sqlite3.Connection) -> None:
    columns = "face_id, study_id, week, label, disputed, source, confidence, given_at, disagreement"
    for face_id, study_id, given_at, document in sql.execute("SELECT id, study_id, given_at, document FROM faces"):
        face, day = json.loads(document), datetime.fromisoformat(given_at).date()
        shares, said = face["prediction"]["probabilities"], face["answer"]["label"]
        surest, label = max(shares), -1 if said is None else LABELS.index(said)
        row = (
            face_id,
            study_id,
            (day - timedelta(days=day.weekday())).isoformat(),
            label,
            label not in (-1, shares.index(surest)),
            SOURCES.index(face["source"]),
            min(int(surest * 4), 3),
            given_at,
            0.0 if said is None else surest - shares[label],
        )
        sql.execute(f"INSERT INTO face_facts ({columns}) VALUES ({', '.join('?' * len(row))})", row)
