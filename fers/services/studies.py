"""The study: what it tells participants and how it is run."""

import secrets

from fers.domain.audit import AuditEntry
from fers.domain.interfaces import RecordStore
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.studies import Study
from fers.errors import InvalidInput
from fers.services.clock import Clock, utc_now

LONGEST_RETENTION_DAYS = 3650


class Studies:
    def __init__(self, records: RecordStore, now: Clock = utc_now):
        self._records = records
        self._now = now

    def current(self) -> Study:
        """The study that faces are given to; a fresh store gets the try-out study."""
        studies = self._records.studies()
        if not studies:
            self._records.save_study(_try_out_study())
            studies = self._records.studies()
        return studies[0]

    def update(self, actor: Person, study: Study) -> None:
        """Replace the study's particulars.

        Raises InvalidInput when one can't be used, or when the study is to be open though nobody confirmed that it is
        not emotion inference at work or in education.
        """
        require(actor, Action.MANAGE_STUDY)
        if study.id != self.current().id:
            raise InvalidInput("There is no such study.", "Reload the page.")
        _check(study)
        self._records.save_study(study)
        self._records.append_audit(AuditEntry(self._now(), actor.role, "changed the study", study.id))


def _check(study: Study) -> None:
    for word, value in (("name", study.name), ("purpose", study.purpose), ("owner", study.owner)):
        if not value.strip():
            raise InvalidInput(f"The study's {word} is empty.", "Participants need to know it: please fill it in.")
    if not study.contact.strip():
        raise InvalidInput("There is no way to reach the owner.", "Give an e-mail address or another contact.")
    if not 1 <= study.retention_days <= LONGEST_RETENTION_DAYS:
        raise InvalidInput(f"Faces can be kept for 1 to {LONGEST_RETENTION_DAYS} days.", "Choose a number in between.")
    if not 0 <= study.ask_first_share <= 1:
        raise InvalidInput("The share of people asked first goes from 0 to 1.", "Choose a number in between.")
    if len(study.join_code.strip()) < 6:
        raise InvalidInput("The study code is too easy to guess.", "Use at least 6 characters.")
    if study.open and not study.purpose_confirmed:
        raise InvalidInput(
            "A study can open only once its owner confirms what it is not.",
            "Confirm that it is not emotion inference at work or in education, or close the study.",
        )


def _try_out_study() -> Study:
    """What `make run` opens with: its stated purpose is to try FERS on one's own computer, and nothing else."""
    return Study(
        id=secrets.token_hex(8),
        name="FERS try-out",
        purpose="To try out FERS on this computer. The photos stay on it and are used for nothing else.",
        owner="the person who runs FERS on this computer",
        contact="the person who showed you this page",
        retention_days=30,
        ask_first_share=0.0,
        join_code=f"try-{secrets.token_hex(3)}",
        open=True,
        purpose_confirmed=True,
    )
