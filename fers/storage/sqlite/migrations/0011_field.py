"""Note what the faces of a store that did not note it yet say about models. Imported ones say nothing: nobody met a
guess. Confidences are in millionths."""

import json
import sqlite3
from datetime import datetime, timedelta

LABELS = ("neutral", "happy", "sad", "surprise", "fear", "disgust", "anger", "contempt")


def fill(sql: sqlite3.Connection) -> None:
    columns = (
        "face_id, study_id, week, model, millionths, squares, unsure, labelled, agreed,"
        " trial_id, shown, rival, before, shown_right, rival_right, closer"
    )
    for face_id, study_id, given_at, document in sql.execute("SELECT id, study_id, given_at, document FROM faces"):
        face, day = json.loads(document), datetime.fromisoformat(given_at).date()
        if face["source"] != "import":
            week = (day - timedelta(days=day.weekday())).isoformat()
            row = (face_id, study_id, week, *_guess(face), *_match(face))
            sql.execute(f"INSERT INTO field_facts ({columns}) VALUES ({', '.join('?' * len(row))})", row)


def _guess(face: dict) -> tuple[str | int, ...]:
    guess, said = face["prediction"], face["answer"]["label"]
    surest = max(guess["probabilities"])
    return (
        f"{guess['model_id']} {guess['model_version']}",
        round(surest * 1_000_000),
        round(surest**2 * 1_000_000),
        surest < guess.get("least_confidence", 0.0),
        said is not None,
        said is not None and _right(guess, said),
    )


def _match(face: dict) -> tuple[str | int, ...]:
    """What the face says about the two models of its trial; all empty where nothing."""
    trial, shown, said = face.get("rival"), face["prediction"], face["answer"]["label"]
    if not trial or said is None or "train" not in face["purposes"]:
        return ("", "", "", 0, 0, 0, 0)
    rival, label = trial["prediction"], LABELS.index(said)
    more, less = shown["probabilities"][label], rival["probabilities"][label]
    return (
        trial["trial_id"],
        shown["model_id"],
        rival["model_id"],
        face["answer"]["before_prediction"],
        _right(shown, said),
        _right(rival, said),
        (more > less) - (more < less),
    )


def _right(prediction: dict, said: str) -> bool:
    shares = prediction["probabilities"]
    return LABELS[shares.index(max(shares))] == said
