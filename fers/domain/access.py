"""Access tokens: how a script fetches dataset versions without a browser."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class AccessToken:
    """What a personal access token is good for. The secret itself is kept nowhere but where its person put it."""

    id: str
    person_id: str
    study_id: str
    """The one study whose versions it fetches, for as long as its person may share them."""
    name: str
    """What its person calls it."""
    sha256: str
    """Of the secret."""
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    """To the hour."""

    def live(self, now: datetime) -> bool:
        return now < self.expires_at
