"""Where it is kept how models do in the field."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

from fers.domain.faces import Unscored
from fers.domain.field import GuessSums, Match, RankCount, ShadowAnswer, ShadowChoice, Trial, VersionSums


class FieldStore(Protocol):
    """Trials, models that answer in the background, and counts of what the stored faces say about models.

    The counts say what `RecordStore` holds: they follow every face that is added, changed or deleted, so that nothing
    goes through the faces for them. Raises StoreUnavailable when it can't work.
    """

    def add_trial(self, trial: Trial) -> None:
        """Raises AlreadyExists when one with this id is there."""

    def end_trial(self, trial_id: str, at: datetime) -> None:
        """Nothing happens when it has ended already, or is not there."""

    def trials(self, count: int) -> list[Trial]:
        """The latest, newest first."""

    def matches(self, trial_id: str) -> Counter[Match]:
        """How many faces say what about the trial's models; only counts above 0."""

    def unscored(self, trial_id: str) -> Counter[Unscored]:
        """How many faces the trial's models were not compared on, and which of them is why; only counts above 0."""

    def guesses(self, study_id: str) -> list[GuessSums]:
        """What the guesses that people of a study met come to, by week and then by model; imported faces left out."""

    def keep_version_sums(self, sums: VersionSums) -> None:
        """Add or replace what a dataset version comes to."""

    def version_sums(self, version_id: str) -> VersionSums | None: ...

    def choose_shadows(self, choice: ShadowChoice) -> None:
        """Add a choice, for good."""

    def shadow_choices(self, count: int) -> list[ShadowChoice]:
        """The latest, newest first."""

    def note_shadow_answers(self, fingerprint: str, answers: Iterable[ShadowAnswer]) -> None:
        """Count how a model did on new faces, each once; those of faces that are gone are dropped. What is noted goes
        with the face, and with its person's leave to test models on it."""

    def noted(self, fingerprint: str, face_ids: list[str]) -> set[str]:
        """Those of up to 100 faces that a model's answer is noted for."""

    def shadow_answers(self, fingerprint: str) -> Iterator[ShadowAnswer]:
        """Everything noted of a model, by face id, without holding it all in memory."""

    def ranks(self, fingerprint: str) -> list[RankCount]:
        """How a model did on the faces noted, by week and then by rank; only counts above 0."""

    def note_reached(self, fingerprint: str, at: datetime) -> None:
        """Keep that a model has been asked about every face given up to a time."""

    def reached(self) -> dict[str, datetime]:
        """That, by the models' `fingerprint`."""
