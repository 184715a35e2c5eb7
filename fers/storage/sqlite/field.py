"""FieldStore on SQLite. The counts are kept by triggers: see `field_facts`."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime

from fers.domain.faces import Unscored, UnscoredReason
from fers.domain.field import Entrant, GuessSums, Match, RankCount, ShadowAnswer, ShadowChoice, Trial, VersionSums
from fers.errors import AlreadyExists
from fers.storage.shared.documents import time_from_text, time_to_text
from fers.storage.shared.field_facts import MILLION
from fers.storage.shared.stored_names import as_named, as_stored
from fers.storage.shared.version_documents import sums_from_document, sums_to_document
from fers.storage.sqlite.database import Database

_PAGE = 2000


class SqliteField:
    def __init__(self, database: Database):
        self._database = database

    def add_trial(self, trial: Trial) -> None:
        entrants = json.dumps([as_stored(asdict(entrant)) for entrant in trial.entrants])
        ended_at = trial.ended_at and time_to_text(trial.ended_at)
        with self._database.transaction() as sql:
            added = sql.execute(
                "INSERT INTO trials (id, entrants, started_at, ended_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (trial.id, entrants, time_to_text(trial.started_at), ended_at),
            )
            if added.rowcount != 1:
                raise AlreadyExists("trial.exists")

    def end_trial(self, trial_id: str, at: datetime) -> None:
        with self._database.transaction() as sql:
            ended = "UPDATE trials SET ended_at = ? WHERE id = ? AND ended_at IS NULL"
            sql.execute(ended, (time_to_text(at), trial_id))

    def trials(self, count: int) -> list[Trial]:
        rows = self._database.rows("SELECT * FROM trials ORDER BY number DESC LIMIT ?", (count,))
        return [
            Trial(
                row["id"],
                tuple(Entrant(**as_named(entrant)) for entrant in json.loads(row["entrants"])),
                time_from_text(row["started_at"]),
                row["ended_at"] and time_from_text(row["ended_at"]),
            )
            for row in rows
        ]

    def matches(self, trial_id: str) -> Counter[Match]:
        rows = self._database.rows("SELECT * FROM match_counts WHERE trial_id = ? AND faces > 0", (trial_id,))
        found: Counter[Match] = Counter()
        for row in rows:
            trial_id, shown, challenger, before, shown_right, challenger_right, closer, faces = row
            found[
                Match(trial_id, shown, challenger, bool(before), bool(shown_right), bool(challenger_right), closer)
            ] = faces
        return found

    def unscored(self, trial_id: str) -> Counter[Unscored]:
        rows = self._database.rows(
            "SELECT model_id, why, COUNT(*) FROM missed_comparisons WHERE trial_id = ? GROUP BY model_id, why",
            (trial_id,),
        )
        return Counter({Unscored(trial_id, model_id, UnscoredReason(why)): faces for model_id, why, faces in rows})

    def guesses(self, study_id: str) -> list[GuessSums]:
        rows = self._database.rows(
            "SELECT * FROM guess_sums WHERE study_id = ? AND faces > 0 ORDER BY week, model", (study_id,)
        )
        return [
            GuessSums(
                date.fromisoformat(row["week"]),
                row["model"],
                row["faces"],
                row["millionths"] / MILLION,
                row["squares"] / MILLION,
                row["unsure"],
                row["labelled"],
                row["agreed"],
            )
            for row in rows
        ]

    def keep_version_sums(self, sums: VersionSums) -> None:
        with self._database.transaction() as sql:
            values = (sums.version_id, json.dumps(sums_to_document(sums)))
            sql.execute("INSERT OR REPLACE INTO version_sums VALUES (?, ?)", values)

    def version_sums(self, version_id: str) -> VersionSums | None:
        rows = self._database.rows("SELECT document FROM version_sums WHERE snapshot_id = ?", (version_id,))
        document = json.loads(rows[0]["document"]) if rows else None
        return document and sums_from_document(document)

    def choose_shadows(self, choice: ShadowChoice) -> None:
        values = (json.dumps(choice.model_ids), time_to_text(choice.at))
        with self._database.transaction() as sql:
            sql.execute("INSERT INTO shadow_choices (model_ids, at) VALUES (?, ?)", values)

    def shadow_choices(self, count: int) -> list[ShadowChoice]:
        rows = self._database.rows("SELECT * FROM shadow_choices ORDER BY number DESC LIMIT ?", (count,))
        return [ShadowChoice(tuple(json.loads(row["model_ids"])), time_from_text(row["at"])) for row in rows]

    def note_shadow_answers(self, fingerprint: str, answers: Iterable[ShadowAnswer]) -> None:
        rows = [(fingerprint, answer.week.isoformat(), answer.rank, answer.face_id) for answer in answers]
        with self._database.transaction(large=True) as sql:
            sql.executemany(
                "INSERT INTO shadow_answers SELECT ?, id, ?, ? FROM faces WHERE id = ? AND EXISTS"
                " (SELECT 1 FROM json_each(document, '$.purposes') WHERE value = 'train') ON CONFLICT DO NOTHING",
                rows,
            )

    def noted(self, fingerprint: str, face_ids: list[str]) -> set[str]:
        places = ", ".join("?" * len(face_ids))
        query = f"SELECT face_id FROM shadow_answers WHERE answers_id = ? AND face_id IN ({places})"
        return {row["face_id"] for row in self._database.rows(query, (fingerprint, *face_ids))}

    def shadow_answers(self, fingerprint: str) -> Iterator[ShadowAnswer]:
        last = ""
        page_after = "SELECT * FROM shadow_answers WHERE answers_id = ? AND face_id > ? ORDER BY face_id LIMIT ?"
        while page := self._database.rows(page_after, (fingerprint, last, _PAGE)):
            for row in page:
                yield ShadowAnswer(row["face_id"], date.fromisoformat(row["week"]), row["rank"])
            last = page[-1]["face_id"]

    def ranks(self, fingerprint: str) -> list[RankCount]:
        rows = self._database.rows(
            "SELECT * FROM shadow_counts WHERE answers_id = ? AND faces > 0 ORDER BY week, rank", (fingerprint,)
        )
        return [RankCount(date.fromisoformat(row["week"]), row["rank"], row["faces"]) for row in rows]

    def note_reached(self, fingerprint: str, at: datetime) -> None:
        with self._database.transaction() as sql:
            sql.execute("INSERT OR REPLACE INTO shadow_reached VALUES (?, ?)", (fingerprint, time_to_text(at)))

    def reached(self) -> dict[str, datetime]:
        rows = self._database.rows("SELECT answers_id, at FROM shadow_reached")
        return {row["answers_id"]: time_from_text(row["at"]) for row in rows}
