"""The audit log: what was done, never to whom by name."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class AuditEntry:
    """One line of the log. `subject` is an opaque id that leads nowhere once its record is gone."""

    at: datetime
    actor_role: str
    """A role, or "system" for what FERS does by itself."""
    action: str
    subject: str
