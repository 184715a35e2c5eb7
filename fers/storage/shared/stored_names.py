"""What fields are called in stored records, where that is not what they are called today: records outlive names."""

from typing import Any

_STORED = {
    "challenger": "rival",
    "challenger_right": "rival_right",
    "evaluation_set": "yardstick",
    "fingerprint": "answers_id",
    "version_id": "snapshot_id",
}
_NAMED = {stored: name for name, stored in _STORED.items()}


def as_stored(document: dict[str, Any]) -> dict[str, Any]:
    """The same, with the names that stored records have."""
    return {_STORED.get(name, name): value for name, value in document.items()}


def as_named(document: dict[str, Any]) -> dict[str, Any]:
    """The same, with today's names."""
    return {_NAMED.get(name, name): value for name, value in document.items()}
