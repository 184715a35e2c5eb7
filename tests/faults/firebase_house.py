"""Everything of FERS on Firebase, on servers that can be told to misbehave."""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from fers.assembly import Platform, assemble
from fers.domain.clock import utc_now
from fers.domain.interfaces import Stores
from fers.domain.people import Person
from fers.errors import StoreUnavailable
from fers.services.faces.capture import Draft
from fers.storage.firebase import stores_of
from fers.storage.firebase.client import open_firebase
from fers.storage.firebase.journal import FirebaseJournal
from fers.storage.sqlite.database import Database
from fers.storage.sqlite.sign_in import SqliteSignIn
from tests.people import HAPPY_POSED, OneFace, OneModel

LEASE = timedelta(seconds=3)
PATIENCE_SECONDS = 0.5
"""So that tests of failures don't wait as long as people would."""


@dataclass
class House:
    platform: Platform
    stores: Stores
    person: Person | None = None
    started: Draft | None = None

    def draft(self) -> Draft:
        """A photo ready to be submitted, another one each time."""
        return replace(self.started, id=secrets.token_hex(16))

    def submit(self, draft: Draft):
        box = draft.suggestions[0]
        prediction = self.platform.capture.predict(self.person, draft, box)
        return self.platform.capture.submit(self.person, draft, box, prediction, HAPPY_POSED)

    def refused(self, draft: Draft) -> StoreUnavailable | None:
        """The failure that submitting ends with, if it does."""
        try:
            self.submit(draft)
        except StoreUnavailable as failure:
            return failure
        return None

    def face_ids(self) -> list[str]:
        """The stored faces, having checked that exactly these have an image and that nothing is wrong or left over."""
        self.platform.doctor.examine()
        assert self.platform.doctor.examine() == []
        listed = [face.id for face in self.stores.records.faces()]
        assert sorted(self.stores.images.keys()) == listed
        return listed


def house(project: str, settings) -> House:
    """`project` names both the project and its bucket."""
    client = open_firebase(project, project, PATIENCE_SECONDS)
    sign_in = SqliteSignIn(Database(settings.data), utc_now, settings.session_idle, settings.session_lifetime)
    stores = replace(stores_of(client, settings, utc_now), journal=FirebaseJournal(client, LEASE), sign_in=sign_in)
    return House(assemble(settings, stores=stores, models=OneModel(), detector=OneFace()), stores)
