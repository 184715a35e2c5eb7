"""The newest seal of the audit log, kept in a file apart from it: a chain alone can't show that its end was cut off."""

import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from fers.domain.audit import SealedEntry

FILE = "audit.seal"


class NewestSeal:
    def __init__(self, folder: Path):
        self._path = folder / FILE

    def note(self, newest: SealedEntry) -> None:
        """Of processes that note at once the last one wins, and where the disk is full the one before stays: a seal
        that is not quite the newest is one of the log all the same."""
        part = self._path.with_name(f"{FILE}.{secrets.token_hex(4)}.part")
        try:
            part.touch(mode=0o600)
            part.write_text(f"{newest.number} {newest.sha256}\n")
            part.replace(self._path)
        except OSError:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def problems(self, log: Iterable[SealedEntry]) -> list[str]:
        """What the log lacks that was there, a sentence."""
        try:
            number, sha256 = self._path.read_text().split()
        except FileNotFoundError:
            return []  # A log from before this was kept, or one that was restored: from now on it is.
        except (OSError, ValueError):
            return [f"audit log: its newest seal, {FILE}, can't be read"]
        last = 0
        for sealed in log:
            last = sealed.number
            if str(sealed.number) == number:
                return [] if sealed.sha256 == sha256 else [f"audit log: entry {number} is not the one that was sealed"]
        return [f"audit log: entries {last + 1} to {number} are missing at its end"]
