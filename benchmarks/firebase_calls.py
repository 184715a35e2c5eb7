"""What a submission, a label, a withdrawal and an export cost on Firebase: `python -m benchmarks.firebase_calls`.

Counts what is billed, where the calls leave the libraries, with the test servers at the other end. The submission is
made in the app's own pages, whose every run looks up who is there; a label is given as the review page does. Prices are
the list prices of a multi-region Firestore database and a standard single-region bucket, in US dollars.
"""

import os
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import requests
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from streamlit.testing.v1 import AppTest

from fers import config
from fers.assembly import Platform, assemble
from fers.domain.clock import utc_now
from fers.domain.emotions import Emotion
from fers.domain.faces import Display, Source
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Role
from fers.services.people.accounts import SignedIn
from fers.storage.firebase import stores_of
from fers.storage.firebase.client import open_firebase
from fers.ui import services
from fers.ui.faces import giving
from fers.ui.state import State
from tests.pages.driving import REPOSITORY, click
from tests.people import EVERYTHING, OneFace, OneModel, give_face, photo
from tests.servers.auth import auth
from tests.servers.firestore import firestore
from tests.servers.storage import storage

EXPORTED = 200
"""Faces, from which the export of 100,000 is worked out."""
IN_HAND = 12
"""Faces that an annotator's browser holds."""
COUNTED_FOR_ONE_READ = 1000
"""Documents that a count may look at for the price of reading one."""
PRICES = {
    "documents read": 0.06 / 100_000,
    "documents written": 0.18 / 100_000,
    "documents deleted": 0.02 / 100_000,
    "images stored or listed": 0.005 / 1000,
    "images read": 0.0004 / 1000,
}
COLUMNS = [*PRICES, "calls", "bytes"]


class Counting:
    """Stands in for the libraries' calls, makes them, and counts by the names in COLUMNS."""

    def __init__(self):
        self.counts = Counter()
        self._commit, self._get = FirestoreClient.commit, FirestoreClient.batch_get_documents
        self._query, self._aggregate = FirestoreClient.run_query, FirestoreClient.run_aggregation_query
        self._send = requests.Session.request

    def commit(self, client, request, **more):
        for write in request["writes"]:
            self.counts["documents deleted" if write.delete else "documents written"] += 1
        self._weigh(request["writes"])
        return self._commit(client, request, **more)

    def query(self, client, request, **more):
        answers = list(self._query(client, request, **more))
        self.counts["documents read"] += max(1, sum(bool(answer.document.name) for answer in answers))  # None costs 1.
        self._weigh(answers)
        return iter(answers)

    def aggregate(self, client, request, **more):
        answers = list(self._aggregate(client, request, **more))
        for answer in answers:
            counted = max(value.integer_value for value in answer.result.aggregate_fields.values())
            self.counts["documents read"] += max(1, -(-counted // COUNTED_FOR_ONE_READ))
        self._weigh(answers)
        return iter(answers)

    def get(self, client, request, **more):
        answers = list(self._get(client, request, **more))
        self.counts["documents read"] += len(answers)
        self._weigh(answers)
        return iter(answers)

    def send(self, session, method, url, **more):
        answer = self._send(session, method, url, **more)
        if url.startswith(os.environ["STORAGE_EMULATOR_HOST"]):
            stored_or_listed = method == "POST" or url.partition("?")[0].endswith("/o")
            self.counts["images stored or listed"] += stored_or_listed
            self.counts["images read"] += method == "GET" and not stored_or_listed
        self.counts["calls"] += 1
        self.counts["bytes"] += len(answer.request.body or b"") + len(answer.content)
        return answer

    def _weigh(self, messages: list) -> None:
        self.counts["calls"] += 1
        self.counts["bytes"] += sum(type(message).pb(message).ByteSize() for message in messages)


@contextmanager
def counted() -> Iterator[Counter]:
    """What the block costs."""
    counting = Counting()
    stand_ins = (
        (FirestoreClient, "commit", counting.commit),
        (FirestoreClient, "run_query", counting.query),
        (FirestoreClient, "run_aggregation_query", counting.aggregate),
        (FirestoreClient, "batch_get_documents", counting.get),
        (requests.Session, "request", counting.send),
    )
    with ExitStack() as stack:
        for owner, name, stand_in in stand_ins:
            stack.enter_context(mock.patch.object(owner, name, _in_their_place(stand_in)))
        yield counting.counts


def _in_their_place(method: Callable) -> Callable:
    """A function, unlike a method of ours, is given the object of theirs that it is called on."""
    return lambda *arguments, **more: method(*arguments, **more)


@dataclass(frozen=True)
class Home:
    """FERS on the test servers, with somebody who gives faces."""

    platform: Platform
    giver: SignedIn

    def give(self) -> None:
        give_face(self.platform, self.giver.person)

    def app(self) -> AppTest:
        """The app in the giver's browser, about to be given a photo."""
        app = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=60)
        app.session_state["fers"] = State(token=self.giver.token)
        app.run()
        return app.segmented_control(key="source").set_value(Source.UPLOAD).run()


@contextmanager
def home(folder: Path) -> Iterator[Home]:
    with firestore() as records, storage() as images, auth() as accounts, ExitStack() as stack:
        os.environ |= {"FIRESTORE_EMULATOR_HOST": records.address, "STORAGE_EMULATOR_HOST": images.address}
        os.environ |= {"FIREBASE_AUTH_EMULATOR_HOST": accounts}
        settings = replace(config.load({"FERS_FIREBASE_API_KEY": "any key"}), data=folder)
        client = open_firebase("demo-costs", images.bucket("demo-costs"))
        stores = stores_of(client, settings, utc_now)
        platform = assemble(settings, stores=stores, models=OneModel(), detector=OneFace())
        stack.enter_context(mock.patch.object(services, "assemble", lambda settings: platform))
        # AppTest runs no browser, so nobody draws a box there: it stays where it starts.
        stack.enter_context(mock.patch.object(giving, "choose_crop", lambda photo, start, key: start))
        platform.studies.update(OPERATOR, replace(platform.studies.current(), ask_first_share=0))
        yield Home(platform, joined(platform))


def joined(platform: Platform) -> SignedIn:
    """Somebody new, who agrees to everything."""
    signed_in, _ = platform.accounts.join(platform.studies.current().join_code)
    person = signed_in.person
    platform.consents.give(person, platform.consents.text(person).sha256, EVERYTHING, adult=True)
    return signed_in


def submit(app: AppTest) -> None:
    """Give a photo: it is uploaded, its person says that the expression is posed, and that the guess is right."""
    app.file_uploader[0].upload("me.jpg", photo(), "image/jpeg")
    app.run()
    felt_or_posed = next(group for group in (*app.pills, *app.segmented_control) if group.key.startswith("display"))
    felt_or_posed.set_value(Display.POSED).run()
    click(app, "Yes")
    assert "Thank you!" in [title.value for title in app.title], app.error


def labelling(platform: Platform) -> Callable[[], None]:
    """Hand faces out to an annotator. Returns what labels one of them and hands out the next, as the page does."""
    review, study, signed_in = platform.review, platform.studies.current(), joined(platform)
    platform.members.assign(OPERATOR, study.id, signed_in.person.id, Role.ANNOTATOR)
    annotator = platform.accounts.resume(signed_in.token)
    hand = [assignment.face_id for assignment in review.next_faces(annotator, study.id, IN_HAND - 1)]

    def label() -> None:
        annotator = platform.accounts.resume(signed_in.token)
        face_id = hand.pop()
        review.label(annotator, study.id, face_id, Verdict.EMOTION, distribution=only(Emotion.SAD))
        review.next_faces(annotator, study.id, 1, hand)
        review.progress(annotator, study.id)

    return label


def measured(home: Home) -> dict[str, Counter]:
    platform, rows = home.platform, {}
    home.give()  # The libraries look around once, at their first call.
    app = home.app()
    with counted() as rows["one submission"]:
        submit(app)
    face = platform.data_export.faces(home.giver.person)[0]
    with counted() as rows["one withdrawal of a face"]:
        platform.withdrawal.withdraw_face(home.giver.person, face.id)
    for _ in range(IN_HAND):
        home.give()
    label = labelling(platform)
    with counted() as rows["one label, and the next face handed out"]:
        label()
    for _ in range(EXPORTED - IN_HAND - 1):
        home.give()
    study_id = platform.studies.current().id
    platform.versions.freeze(OPERATOR, study_id, "v1")
    with counted() as export:
        deque(platform.downloads.open(OPERATOR, study_id, "v1", "imagefolder").zip(), maxlen=0)
    rows["export of 100,000 faces"] = Counter({name: round(n * 100_000 / EXPORTED) for name, n in export.items()})
    return rows


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, home(Path(folder)) as here:
        rows = measured(here)
    print("| | " + " | ".join([*COLUMNS, "price"]) + " |")
    print("|---" * (len(COLUMNS) + 2) + "|")
    for name, counts in rows.items():
        price = sum(each * counts[what] for what, each in PRICES.items())
        print(f"| {name} | " + " | ".join(f"{counts[column]:,}" for column in COLUMNS) + f" | ${price:.7f} |")


if __name__ == "__main__":
    main()
