"""Where it is kept whom panels sent, and how far they are."""

from collections.abc import Callable, Collection, Iterator
from typing import Protocol

from fers.domain.recruiting import Participation


class ParticipationStore(Protocol):
    """Deleting a person's record leaves theirs without a person. Raises StoreUnavailable."""

    def add(self, participation: Participation) -> Participation:
        """Add one, unless the study knows its panel id. Returns the one that is there then: of two people who come at
        once with one id, both are told of the same. Raises NotFound when the person is gone."""

    def participation(self, study_id: str, panel_id: str) -> Participation | None: ...

    def participations_of(self, person_id: str) -> list[Participation]:
        """By study."""

    def participations_in(self, study_id: str) -> Iterator[Participation]:
        """By id, without holding them all in memory."""

    def change(
        self, study_id: str, panel_id: str, changed: Callable[[Participation], Participation]
    ) -> Participation | None:
        """Replace one by what `changed` makes of it as it is, whoever else changes it at the same time. Returns it as
        it is then; None when it was erased."""

    def erase(self, study_id: str, ids: Collection[str]) -> int:
        """Erase those with these ids, so that the bytes are gone. Returns how many were there."""
