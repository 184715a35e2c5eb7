"""Keep a small store as a release of FERS writes it, once that one's database has a shape of its own.

python -m tests.storage.sqlite.releases             this release, after a step was added, which counts as released
python -m tests.storage.sqlite.releases COMMIT …    earlier ones: those in COMMITS were kept like this
"""

import io
import os
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.storage.sqlite.releases import FOLDER, RECORD, recorded_now

REPOSITORY = FOLDER.parents[3]
WRITE = FOLDER / "write.py"
COMMITS = (
    "dd4ecec ad9f1ef 4cc90b2 85990e2 e4044df 872ebe3 588f76c dd6e71b c76f52e 1fb4e0b 2493023 23140c4 da9a2dc 45e7096"
    " bf1accb 4362b00 fbdb6c5 14a2468 c92347b 928b9b6 48d068f 2b6a2c7 fd61c5a"
)
"""The first on the main branch whose databases have that shape, and that runs."""


def keep(release: Path) -> Path:
    """Let the code in the folder `release` write a store and pack it, in a file called after the steps it has taken."""
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        command = [sys.executable, "-B", "-W", "ignore", str(WRITE), str(data)]
        subprocess.run(command, cwd=release, env=os.environ | {"PYTHONPATH": str(release)}, check=True)
        with closing(sqlite3.connect(data / "fers.sqlite3")) as database:
            (taken,) = database.execute("PRAGMA user_version").fetchone()
        packed = FOLDER / f"{taken:04}.tar.xz"
        with tarfile.open(packed, "w:xz") as archive:
            for part in (part for part in sorted(data.iterdir()) if part.suffix != ".lock"):
                archive.add(part, part.name, filter=_nobodys)
    return packed


def keep_commit(commit: str) -> Path:
    with TemporaryDirectory() as folder:
        code = subprocess.run(["git", "archive", commit, "fers"], cwd=REPOSITORY, check=True, capture_output=True)
        with tarfile.open(fileobj=io.BytesIO(code.stdout)) as archive:
            archive.extractall(folder, filter="data")
        return keep(Path(folder))


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member


def main(commits: list[str]) -> None:
    for commit in commits:
        print(keep_commit(commit).name)
    if commits:
        return
    now, then = recorded_now(), RECORD.read_text("utf-8")
    if not now.startswith(then):
        sys.exit("A step that was released is another one. Undo that, and change the shape in a new step.")
    print(keep(REPOSITORY).name)
    RECORD.write_text(now, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
