"""`fers doctor`, `backup` and `restore`: what keeps the store sound."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from fers import config, platform
from fers.config import Settings
from fers.domain.people import OPERATOR
from fers.errors import InvalidInput
from fers.explaining import explains_failures
from fers.services.doctor import Finding


@click.command()
@click.option("--remove-lost", is_flag=True, help="Remove faces whose image is lost or damaged: there is no way back.")
@explains_failures
def doctor(remove_lost: bool) -> None:
    """Check the store against its files, repair what is safe, and exit with 1 when something stays wrong."""
    _report(platform.assemble(config.load()).doctor.examine(remove_lost))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--keep", default=7, show_default=True, type=click.IntRange(1), help="How many database copies to keep.")
@explains_failures
def backup(folder: Path, keep: int) -> None:
    """Copy the store into FOLDER, while it is in use: again into the same FOLDER, only what is new.

    The images of people who withdrew leave FOLDER with the next backup. FOLDER holds faces: keep it as safe as the
    store itself.
    """
    settings = _embedded()
    with click.progressbar(length=1, label="Copying", file=sys.stderr) as bar:

        def show(done: int, faces: int) -> None:
            bar.length = faces
            bar.update(done - bar.pos)

        from fers.storage import embedded_backup

        taken = embedded_backup.take(settings.data, folder, datetime.now(UTC), keep, show)
    for problem in taken.problems:
        click.echo(f"WRONG: {problem}")
    click.echo(f"{taken.faces} faces are in the backup {taken.name}.")
    sys.exit(1 if taken.problems else 0)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--name", help="Which backup.  [default: the newest]")
@click.option(
    "--erased",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The erased.jsonl of the store that is given up, if it can still be read: what people withdrew since.",
)
@explains_failures
def restore(folder: Path, name: str | None, erased: Path | None) -> None:
    """Put a backup in FOLDER into the empty folder FERS_DATA, without what people withdrew since then."""
    from fers.storage import embedded_backup

    settings = _embedded()
    chosen = embedded_backup.restore(folder, settings.data, name, erased)
    click.echo(f"The backup {chosen} is in {settings.data}.")
    _report(platform.assemble(settings).doctor.examine())


@click.command()
@explains_failures
def purge() -> None:
    """Remove the faces past their retention date, also where FERS holds them since the clock has jumped.

    FERS does so by itself every hour. After a jump of the clock it waits for somebody who has looked at it.
    """
    purged = platform.assemble(config.load()).retention.purge(OPERATOR)
    click.echo(f"{purged} faces were removed.")


def _embedded() -> Settings:
    settings = config.load()
    if settings.store != "embedded":
        raise InvalidInput("Only the embedded store is backed up by FERS.", "docs/firebase.md says what Google offers.")
    return settings


def _report(findings: list[Finding]) -> None:
    for finding in findings:
        click.echo(f"{'repaired' if finding.repaired else 'WRONG'}: {finding.problem}")
    wrong = sum(not finding.repaired for finding in findings)
    click.echo(f"{wrong} problems." if wrong else "The store is sound.")
    sys.exit(1 if wrong else 0)
