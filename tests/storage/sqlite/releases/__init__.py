"""Stores as releases of FERS wrote them, one for each shape that a database ever had on the main branch, and what the
steps from one to the next say. `python -m tests.storage.sqlite.releases` keeps another one."""

import hashlib
import json
import tarfile
from pathlib import Path

from fers.storage.sqlite import migrations

FOLDER = Path(__file__).parent
STORES = sorted(FOLDER.glob("*.tar.xz"))
"""Each is called after the steps that its database has taken. Nobody ever writes one anew: the code is gone."""
STEPS = sorted(Path(migrations.__file__).parent.glob("[0-9]*.*"))
RECORD = FOLDER / "steps.sha256"
"""Of every released step, a file a line, as `sha256sum` writes it."""


def recorded_now() -> str:
    """What `RECORD` would hold if today's steps were released."""
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in STEPS)


def unpack(store: Path, folder: Path) -> dict:
    """Unpack one of `STORES` as `folder`. Returns what was given to it, as `write` notes it."""
    with tarfile.open(store) as archive:
        archive.extractall(folder, filter="data")
    return json.loads((folder / "said.json").read_text("utf-8"))
