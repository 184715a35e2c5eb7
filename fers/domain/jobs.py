"""Background jobs: work that outlives a page, done by one server at a time."""

from dataclasses import dataclass
from datetime import datetime

MOST_ATTEMPTS = 3
"""Begun so often without being finished, a job is left alone: it brings down whatever runs it."""


@dataclass(frozen=True)
class Job:
    name: str
    """What is to be done, "evaluate vgg13-ferplus" for example: asking for it twice asks once."""
    attempts: int = 0
    """How often it was begun since it last got on."""
    holder: str = ""
    """Whose work it is at present; empty before anybody's."""
    until: datetime | None = None
    """When that lease ends unless it is renewed."""
    failure: str = ""
    """Why it ended without being finished, in words for whoever asked for it; empty while it has not."""
    advice: str = ""
    """The same in words for whoever runs FERS, where they alone can do something about it."""

    def held(self, now: datetime) -> bool:
        return self.until is not None and now < self.until

    def free(self, now: datetime) -> bool:
        """Whether somebody should take it up."""
        return not self.held(now) and self.attempts < MOST_ATTEMPTS

    def given_up(self, now: datetime) -> bool:
        """Whether nobody does it any more: it failed, or brought down everybody who did it."""
        return not self.held(now) and not self.free(now)

    @property
    def why(self) -> str:
        """Why it was given up."""
        return self.failure or f"It was begun {MOST_ATTEMPTS} times and never got to its end."

    @property
    def what_to_do(self) -> str:
        """For whoever runs FERS; empty where there is nothing for them to do."""
        ended = "Whatever ran it was ended, perhaps for want of memory, or could not use the store."
        return self.advice if self.failure else ended
