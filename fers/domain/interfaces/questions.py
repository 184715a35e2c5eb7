"""Where it is kept what people answer to a study's own questions."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Protocol

from fers.domain.questions import Reply


class ReplyStore(Protocol):
    """Replies, by person, study, question and photo. Deleting a person's record deletes theirs, and deleting a face
    those about it.

    Raises StoreUnavailable.
    """

    def save_replies(self, replies: Collection[Reply]) -> None:
        """Add or replace what one person answered to one study, all of it or nothing; but for replies about a photo
        that is gone. Raises NotFound when the person is gone."""

    def replies_of(self, person_id: str, study_id: str) -> list[Reply]:
        """By question and photo."""

    def all_replies_of(self, person_id: str) -> list[Reply]:
        """In every study; by study, question and photo."""

    def replies_in(self, study_id: str) -> Iterator[Reply]:
        """Those of one person come one after the other."""

    def delete_replies(self, person_id: str, study_id: str) -> None: ...

    def count_replies(self, due: datetime | None = None) -> int:
        """How many there are; or of how many the retention date has come by `due`."""

    def purge_replies(self, now: datetime) -> int:
        """Delete those whose retention date has come. Returns how many."""
