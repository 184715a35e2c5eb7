"""Access tokens: making, seeing and revoking them, and coming by one."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from fers.domain.access import AccessToken
from fers.domain.audit import entry_by
from fers.domain.clock import Clock, utc_now
from fers.domain.interfaces import AccessTokenStore, RecordStore, StudyStore
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import InvalidInput, NotFound

LIFETIME = timedelta(days=180)
LONGEST_NAME = 60
MOST_TOKENS = 20
_PREFIX = "fers_"
"""By which people, and tools that look for leaked secrets, know one."""
_USE_NOTED = timedelta(hours=1)


@dataclass(frozen=True)
class Bearer:
    """Who comes by a token, and the study that it is good for."""

    person: Person
    study_id: str


class Access:
    def __init__(self, tokens: AccessTokenStore, records: RecordStore, memberships: StudyStore, now: Clock = utc_now):
        self._tokens = tokens
        self._records = records
        self._memberships = memberships
        self._now = now

    def make(self, actor: Person, study_id: str, name: str) -> str:
        """Make a token that fetches the study's dataset versions for half a year. Returns the secret, which is shown
        this once. Raises InvalidInput."""
        require(actor, Action.SHARE_DATASET, study_id)
        name = name.strip()
        if not 1 <= len(name) <= LONGEST_NAME:
            raise InvalidInput("access-token.name", longest=LONGEST_NAME)
        if len(self.mine(actor)) >= MOST_TOKENS:  # Before it is logged; the store looks again, whoever else makes one.
            raise InvalidInput("access-token.too-many", most=MOST_TOKENS)
        secret, now = _PREFIX + secrets.token_urlsafe(32), self._now()
        token = AccessToken(
            secrets.token_hex(8), actor.id, study_id, name, _sha256(secret), now, expires_at=now + LIFETIME
        )
        self._records.append_audit(entry_by(actor, now, "made an access token", token.id, study_id))
        self._tokens.create(token, MOST_TOKENS)
        return secret

    def mine(self, actor: Person) -> list[AccessToken]:
        """The actor's own live tokens, in all studies, the latest made first."""
        require(actor, Action.MANAGE_OWN_DATA)
        return [token for token in self._tokens.tokens_of(actor.id) if token.live(self._now())]

    def revoke(self, actor: Person, token_id: str) -> None:
        """Let nobody come by this token any more. Raises NotFound when it is none of the actor's."""
        token = next((token for token in self.mine(actor) if token.id == token_id), None)
        if token is None:
            raise NotFound("access-token.gone")
        self._tokens.delete(token_id)
        self._records.append_audit(entry_by(actor, self._now(), "revoked an access token", token_id, token.study_id))

    def bearer(self, secret: str) -> Bearer | None:
        """Who comes by `secret`; None for one that opens nothing (any more). What they may do is for each call to say:
        a token never allows more than its person may do today."""
        token = self._tokens.by_sha256(_sha256(secret))
        if token is None or not token.live(self._now()):
            return None
        person = self._records.person(token.person_id)
        if person is None:
            return None
        if token.last_used_at is None or self._now() - token.last_used_at >= _USE_NOTED:
            self._tokens.note_use(token.id, self._now())
        memberships = tuple(self._memberships.memberships_of(person.id))
        return Bearer(replace(person, memberships=memberships), token.study_id)


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
