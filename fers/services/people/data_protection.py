"""The data-protection summary: what an owner hands to a data protection officer or an ethics board."""

from collections import Counter

from fers.domain.clock import Clock, utc_now
from fers.domain.data_protection import Installation
from fers.domain.interfaces import StudyStore
from fers.domain.people import Person
from fers.exporting.data_protection import summary
from fers.exporting.printing import Document
from fers.services.people.studies import Studies


class DataProtection:
    def __init__(self, memberships: StudyStore, studies: Studies, installation: Installation, now: Clock = utc_now):
        self._memberships = memberships
        self._studies = studies
        self._installation = installation
        self._now = now

    def summary(self, actor: Person, study_id: str) -> Document:
        """Of a study as it is now; its body can be worked on in any editor. Raises InvalidInput when there is no such
        study."""
        study = self._studies.get(actor, study_id)
        staff = Counter(membership.role for membership in self._memberships.staff_of(study.id))
        return summary(study, staff, self._installation, self._now())
