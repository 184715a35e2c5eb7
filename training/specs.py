"""Which faces a run is about: a dataset version that is named whole is learned from and measured on by its parts."""

from collections.abc import Sequence

from fers.datasets import parsed
from fers.domain.versions import Split


def to_learn_from(data: Sequence[str]) -> list[str]:
    """What `--data` names; of a whole dataset version the train part. Raises DataError."""
    return [_part(spec, Split.TRAIN) for spec in data]


def to_measure_on(validate: Sequence[str], data: Sequence[str]) -> list[str]:
    """What `--validate` names or, where it is left out, the versions that `--data` names whole; of those the validation
    part. Raises DataError, and ValueError when that is nothing."""
    chosen = validate or [spec for spec in data if _is_whole_version(spec)]
    if not chosen:
        raise ValueError("name the faces to measure on: --validate SPEC")
    return [_part(spec, Split.VALIDATION) for spec in chosen]


def _part(spec: str, split: Split) -> str:
    return f"{spec}#{split}" if _is_whole_version(spec) else spec


def _is_whole_version(spec: str) -> bool:
    kind, _, split = parsed(spec)
    return kind == "fers" and not split
