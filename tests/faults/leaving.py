"""Somebody with all that a person can have, who withdraws all of it."""

import os
import signal
from dataclasses import replace
from datetime import timedelta

from fers.adapters import open_stores
from fers.assembly import Platform, assemble
from fers.config import Settings
from fers.domain.clock import utc_now
from fers.domain.faces import Face
from fers.domain.groups import AgeBand, SelfDescription
from fers.domain.interfaces import Stores
from fers.domain.people import Person
from fers.errors import NotSignedIn, SignInFailed
from tests.contracts.samples import NOON, a_label
from tests.interrupting import Interruption
from tests.people import PASSWORD, OneFace, OneModel, participant

EMAIL = "leaving@example.org"


def opened(settings: Settings, stores: Stores, **later: int) -> Platform:
    """FERS on these stores, after so much time."""
    return assemble(
        settings, stores=stores, models=OneModel(), detector=OneFace(), now=lambda: utc_now() + timedelta(**later)
    )


def somebody_leaving(platform: Platform, stores: Stores, other: Face) -> Person:
    """They agreed to terms, described themselves, and labelled another's face."""
    person = participant(platform, EMAIL)
    words = platform.consents.text(person)
    stores.groups.save_description(SelfDescription(person.id, other.study_id, words, NOON, age=AgeBand.UNDER_30))
    said = a_label(study_id=other.study_id, annotator_id=person.id)
    stores.labels.add_label(replace(said, face_id=other.id), 3, NOON)
    return person


def finish_leaving(settings: Settings, stores: Stores, person: Person) -> None:
    """What is done about a withdrawal that broke off: its owner begins again if they can, and else the doctor does."""
    platform = opened(settings, stores, hours=2)
    try:
        again = platform.accounts.sign_in(EMAIL, PASSWORD).person
    except (SignInFailed, NotSignedIn):
        platform.doctor.examine()
    else:
        platform.withdrawal.withdraw_everything(again)
    check_gone(stores, person)


def check_gone(stores: Stores, person: Person) -> None:
    assert stores.records.person(person.id) is None
    assert stores.records.faces_of(person.id) == []
    assert stores.records.consents_of(person.id) == []
    assert stores.studies.memberships_of(person.id) == []
    assert stores.groups.descriptions_of(person.id) == []
    assert list(stores.labels.labels_by(person.id)) == []
    assert stores.sign_in.person_by_email(EMAIL) is None


def leave_and_die(settings: Settings, person: Person, calls: int) -> None:
    """Withdraw everything, and be killed after so many calls of the store, if there are as many."""
    interruption = Interruption(lambda: os.kill(os.getpid(), signal.SIGKILL))
    platform = opened(settings, interruption.stores(open_stores(settings)))
    interruption.left = calls
    platform.withdrawal.withdraw_everything(person)
