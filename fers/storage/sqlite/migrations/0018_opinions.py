"""Note what annotators make of the faces of a store that has labels already: what they vote for, a tie or no emotion
being -1, and how many pairs of them agree, none being 2."""

import json
import sqlite3
from collections import Counter

UNKNOWN = {"unknown": 8, "not a face": 9}
"""Votes beside those for one of the eight emotions. A flag is no vote."""


def fill(sql: sqlite3.Connection) -> None:
    labelled = "SELECT id, document FROM faces WHERE id IN (SELECT face_id FROM labels)"
    for face_id, document in sql.execute(labelled):
        said = sql.execute("SELECT document FROM labels WHERE face_id = ?", (face_id,))
        opinion = _opinion([json.loads(label) for (label,) in said], json.loads(document)["prediction"])
        sql.execute(
            "UPDATE face_facts SET perceived = ?, label = ?, disputed = ?, disagreement = ?, agreement = ?,"
            " share = ?, wanted = ? WHERE face_id = ?",
            (*opinion, face_id),
        )
    # Its triggers counted along on the way here, and leave rows of nothing.
    sql.execute("DELETE FROM review_counts")
    sql.execute(
        "INSERT INTO review_counts SELECT study_id, guess, labels, filled, count(*) FROM face_facts WHERE reviewable"
        " GROUP BY study_id, guess, labels, filled"
    )


def _opinion(said: list[dict], prediction: dict) -> tuple[int | float, ...]:
    shares = prediction["probabilities"]
    votes = Counter(vote for label in said if (vote := _vote(label)) is not None)
    count, most = votes.total(), max(votes.values(), default=0)
    leading = [vote for vote, times in votes.items() if times == most]
    perceived = leading[0] if len(leading) == 1 and leading[0] < 8 else -1
    agreeing = sum(times * (times - 1) for times in votes.values()) / (count * (count - 1)) if count > 1 else None
    is_open = 0 < count < 9 and (len(leading) > 1 or most / count < 0.6)
    return (
        perceived,
        perceived,
        perceived not in (-1, shares.index(max(shares))),
        0.0 if perceived == -1 else max(shares) - shares[perceived],
        -1 if agreeing is None else min(int(agreeing * 4), 3),
        2 if agreeing is None else agreeing,
        len(said) + 1 if is_open else 0,
    )


def _vote(label: dict) -> int | None:
    shares = label["distribution"]
    return shares.index(max(shares)) if shares else UNKNOWN.get(label["verdict"])
