"""What the steps of the database say, as SHA-256 sums."""

import hashlib
from pathlib import Path

from fers.storage.sqlite import migrations

FILES = sorted(Path(migrations.__file__).parent.glob("[0-9]*.*"))
RECORD = Path(__file__).with_name("steps.sha256")
"""Of every released step, a file a line, as `sha256sum` writes it."""


def recorded_now() -> str:
    """What `RECORD` would hold if today's steps were released."""
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in FILES)
