"""Where it is kept how far people and quotas are with a study's protocol."""

from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

from fers.domain.emotions import Emotion
from fers.domain.protocols import Place, Quota, Sitting


class SittingStore(Protocol):
    """People's ways through protocols, the places kept for them, and counts. Deleting a person's record deletes what is
    theirs; counts name nobody, and stay.

    Raises StoreUnavailable.
    """

    def change(
        self, person_id: str, study_id: str, changed: Callable[[Sitting | None], Sitting | None]
    ) -> tuple[Sitting | None, Sitting | None]:
        """Add or replace somebody's way through a study by what `changed` makes of it as it is (None: there is none),
        whoever else changes it at the same time. Returns it as it was and as it is then. Raises NotFound when the
        person is gone, and there is something to keep."""

    def sitting(self, person_id: str, study_id: str) -> Sitting | None: ...

    def sittings_of(self, person_id: str) -> list[Sitting]:
        """By study."""

    def reserve(
        self, study_id: str, person_id: str, place: Place, quotas: Collection[Quota], now: datetime, until: datetime
    ) -> bool:
        """Keep a place for somebody, as long as all of `quotas` have room for it beside the faces given and the places
        kept for others; of two people who come for the last one, one gets it. Somebody who has a place for this
        expression gets it for longer."""

    def release(self, study_id: str, person_id: str, intended: Emotion) -> None:
        """Nothing happens when no place is kept for them."""

    def given(self, study_id: str) -> Counter[Place]:
        """How many faces there are for which an expression was asked: always what `RecordStore` holds. Only counts
        above 0."""

    def held(self, study_id: str, now: datetime) -> Counter[Place]:
        """How many places are kept for people at present."""

    def count(self, study_id: str, what: str, number: int = 1) -> None:
        """Count something that happened, by a name without a dot."""

    def counted(self, study_id: str) -> Counter[str]:
        """What was counted, by its name."""
