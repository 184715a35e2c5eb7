"""Drafts at hand: photos that people work on, for whoever loads the page anew or has to sign in again meanwhile.

They are in this server's memory and nowhere else, each for its person alone, and go by themselves.
"""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from fers.domain.boxes import Box
from fers.domain.clock import Clock, utc_now
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.services.faces.capture import Draft

KEPT_FOR = timedelta(hours=1)
"""Since its person last did something with it."""
LARGEST_BYTES = 256_000_000
"""Of all photos together. Beyond, those go that nobody touched for longest."""


@dataclass(frozen=True)
class AtHand:
    """A photo that its person has not submitted yet, and how far they are with it."""

    draft: Draft
    face: int
    """Which of the faces found they chose."""
    box: Box | None
    """The crop, in the photo's pixels."""


@dataclass(frozen=True)
class _Kept:
    at_hand: AtHand
    touched_at: datetime

    @property
    def bytes(self) -> int:
        photo = self.at_hand.draft.photo
        return len(photo.data) + 4 * photo.view.width * photo.view.height


class Drafts:
    """One a person: the last."""

    def __init__(self, now: Clock = utc_now, largest_bytes: int = LARGEST_BYTES):
        self._now = now
        self._largest_bytes = largest_bytes
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}  # By person, those touched longest ago first.

    def keep(self, actor: Person, at_hand: AtHand) -> None:
        """Keep it for the actor, in place of what was kept before."""
        require(actor, Action.GIVE_FACE)
        with self._lock:
            self._kept.pop(actor.id, None)
            self._kept[actor.id] = _Kept(at_hand, self._now())
            self._make_room()

    def at_hand(self, actor: Person) -> AtHand | None:
        """What the actor was working on."""
        require(actor, Action.GIVE_FACE)
        self.forget_old()
        with self._lock:
            kept = self._kept.get(actor.id)
        return kept.at_hand if kept else None

    def forget(self, actor: Person) -> None:
        """The actor is done with it."""
        require(actor, Action.GIVE_FACE)
        with self._lock:
            self._kept.pop(actor.id, None)

    def forget_old(self) -> None:
        """Let go of what nobody touched for an hour."""
        with self._lock:
            self._kept = {
                person: kept for person, kept in self._kept.items() if self._now() - kept.touched_at < KEPT_FOR
            }

    def _make_room(self) -> None:
        size = sum(kept.bytes for kept in self._kept.values())
        while size > self._largest_bytes:
            size -= self._kept.pop(next(iter(self._kept))).bytes
