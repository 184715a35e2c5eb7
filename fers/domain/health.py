"""How a store is."""

from enum import StrEnum


class Condition(StrEnum):
    OK = "ok"
    FULL = "full"
    """It answers, and takes nothing large."""
    READ_ONLY = "read-only"
    UNAVAILABLE = "unavailable"
