"""What a data-protection summary has to know beside the study itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StoreDescription:
    """What is said of the store in use: each one a sentence or more."""

    place: str
    """Where records and photos lie."""
    credentials: str
    """How what people sign in with is kept."""
    erasure: str
    """What deleting does, and what whoever runs FERS must see to."""
    processor: str
    """Who processes data on the controller's behalf."""
    transfers: str
    """Where data goes to by way of the store."""


@dataclass(frozen=True)
class Installation:
    """Where a study is run."""

    store: StoreDescription
    addresses: tuple[str, ...]
    """By which people reach it from elsewhere; none: it answers on its own machine only."""
