"""Where it is kept what models came to."""

from typing import Protocol

from fers.domain.evaluation_sets import Result, RunProgress


class ResultStore(Protocol):
    """What models came to on the faces they were measured on, and how far their runs are. Raises StoreUnavailable."""

    def save_result(self, result: Result) -> None:
        """Add it, or replace what the same model came to on the same evaluation set."""

    def results(self, evaluation_set: str | None = None) -> list[Result]:
        """On one evaluation set (its key), or all; by evaluation set, then by whose they are."""

    def save_progress(self, progress: RunProgress) -> None:
        """Add it, or replace that of the same model on the same evaluation set."""

    def progress(self, evaluation_set: str | None = None) -> list[RunProgress]:
        """On one evaluation set (its key), or all; by evaluation set, then by model."""
