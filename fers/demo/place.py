"""Where a sample study is kept: made once, and known for one by a file beside its store."""

import json
import secrets
import shutil
from pathlib import Path

from fers.config import DEMO, Settings
from fers.demo.study import ADDRESSES, Tell, make
from fers.errors import InvalidInput

__all__ = ["ADDRESSES", "open_or_make", "password_of"]


def open_or_make(settings: Settings, tell: Tell = lambda what: None) -> str:
    """Make the sample study in the folder that the settings name, unless it is there; one that was left half made is
    made anew. Returns the password of the accounts in `ADDRESSES`.

    Raises InvalidInput for a folder that holds anything else.
    """
    mark = settings.data / DEMO
    if mark.exists():
        noted = json.loads(mark.read_text() or "{}")  # Empty if it was killed just then.
        if noted.get("is_done"):
            return noted["password"]
        shutil.rmtree(settings.data)
    elif settings.data.exists() and any(settings.data.iterdir()):
        raise InvalidInput("demo.folder-not-empty", folder=settings.data)
    password = secrets.token_urlsafe(9)
    settings.data.mkdir(parents=True, exist_ok=True)
    _note(mark, password, is_done=False)
    make(settings, password, tell)
    _note(mark, password, is_done=True)
    return password


def password_of(folder: Path) -> str | None:
    """Of the accounts of the sample study in this folder; None until it is made."""
    mark = folder / DEMO
    noted = json.loads(mark.read_text() or "{}") if mark.exists() else {}
    return noted["password"] if noted.get("is_done") else None


def _note(mark: Path, password: str, is_done: bool) -> None:
    mark.touch(mode=0o600)
    mark.write_text(json.dumps({"password": password, "is_done": is_done}))
