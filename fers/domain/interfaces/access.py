"""Where access tokens are kept."""

from datetime import datetime
from typing import Protocol

from fers.domain.access import AccessToken


class AccessTokenStore(Protocol):
    def create(self, token: AccessToken, most: int | None = None) -> None:
        """Raises AlreadyExists for an id that is there, NotFound when its person is gone, and InvalidInput when they
        have `most` live ones: of two that are made at once, one is the last."""

    def by_sha256(self, sha256: str) -> AccessToken | None:
        """The token with this secret, expired or not."""

    def tokens_of(self, person_id: str) -> list[AccessToken]:
        """All of somebody's, the latest made first."""

    def note_use(self, token_id: str, at: datetime) -> None:
        """Nothing happens to one that is gone."""

    def delete(self, token_id: str) -> None:
        """Nothing happens to one that is gone."""
