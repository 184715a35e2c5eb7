"""What a submission, a label, a withdrawal and an export cost on Firebase: `python -m benchmarks.firebase_calls`.

Counts what is billed, where the calls leave the libraries, with the test servers at the other end. Prices are the list
prices of a multi-region Firestore database and a standard single-region bucket, in US dollars.
"""

import os
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

import requests
from google.cloud.firestore_v1.services.firestore import FirestoreClient

from fers import config
from fers.domain.emotions import Emotion
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Role
from tests.faults.firebase_house import House, house
from tests.people import PASSWORD, draft, participant
from tests.servers.firestore import firestore
from tests.servers.storage import storage

EXPORTED = 200
"""Faces, from which the export of 100,000 is worked out."""
IN_HAND = 12
"""Faces that an annotator's browser holds."""
PRICES = {
    "documents read": 0.06 / 100_000,
    "documents written": 0.18 / 100_000,
    "documents deleted": 0.02 / 100_000,
    "images stored or listed": 0.005 / 1000,
    "images read": 0.0004 / 1000,
}
COLUMNS = [*PRICES, "calls", "bytes"]


@contextmanager
def counted() -> Iterator[Counter]:
    """Counts by the names in COLUMNS, filled while the block runs."""
    counts = Counter()
    commit, run_query, get = FirestoreClient.commit, FirestoreClient.run_query, FirestoreClient.batch_get_documents
    send = requests.Session.request

    def commits(client, request, **more):
        for write in request["writes"]:
            counts["documents deleted" if write.delete else "documents written"] += 1
        _weigh(counts, request["writes"])
        return commit(client, request, **more)

    def queries(client, request, **more):
        answers = list(run_query(client, request, **more))
        counts["documents read"] += max(1, sum(bool(answer.document.name) for answer in answers))  # None costs 1.
        _weigh(counts, answers)
        return iter(answers)

    def gets(client, request, **more):
        answers = list(get(client, request, **more))
        counts["documents read"] += len(answers)
        _weigh(counts, answers)
        return iter(answers)

    def requests_sent(session, method, url, **more):
        answer = send(session, method, url, **more)
        stored_or_listed = method == "POST" or url.partition("?")[0].endswith("/o")
        counts["images stored or listed"] += stored_or_listed
        counts["images read"] += method == "GET" and not stored_or_listed
        counts["calls"] += 1
        counts["bytes"] += len(answer.request.body or b"") + len(answer.content)
        return answer

    with (
        mock.patch.object(FirestoreClient, "commit", commits),
        mock.patch.object(FirestoreClient, "run_query", queries),
        mock.patch.object(FirestoreClient, "batch_get_documents", gets),
        mock.patch.object(requests.Session, "request", requests_sent),
    ):
        yield counts


def _weigh(counts: Counter, messages: list) -> None:
    counts["calls"] += 1
    counts["bytes"] += sum(type(message).pb(message).ByteSize() for message in messages)


def labelling(home: House) -> Callable[[], None]:
    """Hand faces out to an annotator. Returns what labels one of them and hands out the next."""
    review, study = home.platform.review, home.platform.studies.current()
    annotator = participant(home.platform, "annotator@example.org")
    home.platform.members.assign(OPERATOR, study.id, annotator.id, Role.ANNOTATOR)
    annotator = home.platform.accounts.sign_in("annotator@example.org", PASSWORD).person
    hand = [assignment.face_id for assignment in review.next_faces(annotator, study.id, IN_HAND - 1)]

    def label() -> None:
        face_id = hand.pop()
        review.label(annotator, study.id, face_id, Verdict.EMOTION, distribution=only(Emotion.SAD))
        review.next_faces(annotator, study.id, 1, hand)

    return label


def main() -> None:
    rows = {}
    with tempfile.TemporaryDirectory() as folder, firestore() as records, storage() as images:
        os.environ |= {"FIRESTORE_EMULATOR_HOST": records.address, "STORAGE_EMULATOR_HOST": images.address}
        settings = replace(config.load({}), data=Path(folder) / "data")
        home = house(images.bucket("demo-costs"), settings)
        home.person = participant(home.platform)
        home.started = draft(home.platform, home.person)
        home.submit(home.draft())  # The libraries look around once, at their first call.
        with counted() as rows["one submission"]:
            face = home.submit(home.draft())
        with counted() as rows["one withdrawal of a face"]:
            home.platform.withdrawal.withdraw_face(home.person, face.id)
        for _ in range(IN_HAND):
            home.submit(home.draft())
        label = labelling(home)
        with counted() as rows["one label, and the next face handed out"]:
            label()
        for _ in range(EXPORTED - IN_HAND - 1):
            home.submit(home.draft())
        study_id = home.platform.studies.current().id
        home.platform.snapshots.freeze(OPERATOR, study_id, "v1")
        with counted() as export:
            deque(home.platform.downloads.open(OPERATOR, study_id, "v1", "imagefolder").zip(), maxlen=0)
    rows["export of 100,000 faces"] = Counter({name: round(n * 100_000 / EXPORTED) for name, n in export.items()})
    print("| | " + " | ".join([*COLUMNS, "price"]) + " |")
    print("|---" * (len(COLUMNS) + 2) + "|")
    for name, counts in rows.items():
        price = sum(each * counts[what] for what, each in PRICES.items())
        print(f"| {name} | " + " | ".join(f"{counts[column]:,}" for column in COLUMNS) + f" | ${price:.7f} |")


if __name__ == "__main__":
    main()
