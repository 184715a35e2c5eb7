"""Invitations into a study: a secret code, sent as a link or read out, that gives its bearer a role there."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from fers.domain.people import Role


@dataclass(frozen=True)
class Invitation:
    """What is known of an invitation. The code itself is shown once, to whoever made it, and kept only as a hash."""

    id: str
    study_id: str
    role: Role
    sha256: str
    """Of the code, as `code_sha256` gives it."""
    expires_at: datetime
    uses_left: int
    """How many more people may come by it; 0 when it was used up or revoked."""

    def live(self, now: datetime) -> bool:
        return self.uses_left > 0 and now < self.expires_at


def plain_code(code: str) -> str:
    """A code as it is compared: people add spaces, leave dashes out and mix capitals."""
    return re.sub(r"[\s-]", "", code).casefold()


def code_sha256(code: str) -> str:
    return hashlib.sha256(plain_code(code).encode()).hexdigest()
