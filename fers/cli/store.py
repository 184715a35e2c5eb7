"""`fers doctor`, `backup`, `restore`, `purge` and `migrate`: what keeps the store sound, and moves it."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from fers import adapters, assembly, config
from fers.cli.explaining import explains_failures
from fers.config import Settings
from fers.domain.people import OPERATOR
from fers.errors import InvalidInput
from fers.services.operations.doctor import Finding
from fers.services.operations.migration import Migration


@click.command()
@click.option("--remove-lost", is_flag=True, help="Remove faces whose image is lost or damaged. This can't be undone.")
@explains_failures
def doctor(remove_lost: bool) -> None:
    """Check the store against its files, repair what is safe to repair, and exit with 1 if something is still wrong."""
    _report(assembly.assemble(_there(config.load())).doctor.examine(remove_lost))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--keep", default=7, show_default=True, type=click.IntRange(1), help="How many database copies to keep.")
@explains_failures
def backup(folder: Path, keep: int) -> None:
    """Copy the store into FOLDER, while it is in use. The next backup into the same FOLDER copies only what is new.

    Images of people who withdrew leave FOLDER with the next backup. FOLDER holds faces: keep it as safe as the store
    itself.
    """
    settings = _embedded()
    with click.progressbar(length=1, label="Copying", file=sys.stderr) as bar:

        def show(done: int, faces: int) -> None:
            bar.length = faces
            bar.update(done - bar.pos)

        from fers.storage.sqlite import backup

        taken = backup.take(settings.data, folder, datetime.now(UTC), keep, show)
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
    help="The erased.jsonl of the old store, if it can still be read: it lists what people have withdrawn since.",
)
@explains_failures
def restore(folder: Path, name: str | None, erased: Path | None) -> None:
    """Put a backup in FOLDER into the empty folder FERS_DATA, without what people withdrew since then."""
    from fers.storage.sqlite import backup

    settings = _embedded()
    chosen = backup.restore(folder, settings.data, name, erased)
    click.echo(f"The backup {chosen} is in {settings.data}.")
    _report(assembly.assemble(settings).doctor.examine())


@click.command()
@explains_failures
def purge() -> None:
    """Remove the faces past their retention date, even those FERS is keeping because the clock has jumped.

    FERS does this itself every hour. After the clock has jumped, it waits for somebody to check it.
    """
    purged = assembly.assemble(_there(config.load())).retention.purge(OPERATOR)
    click.echo(f"{purged} faces were removed.")


@click.command()
@click.option("--to", "target", type=click.Choice(config.STORES), required=True, help="The store to move to.")
@explains_failures
def migrate(target: str) -> None:
    """Copy everything from the other store into this one, and check every copy.

    Nobody may use FERS meanwhile. What was copied before is brought up to date, so an interrupted run can be started
    again.

    Everything moves except passwords: docs/operators/firebase.md says how people sign in again.
    """
    settings = config.load()
    (source,) = set(config.STORES) - {target}
    old = adapters.open_stores(_there(replace(settings, store=source)))
    new = adapters.open_stores(replace(settings, store=target))
    migrated = Migration(old, new).run(OPERATOR)
    for problem in migrated.problems:
        click.echo(f"WRONG: {problem}")
    click.echo(f"{migrated.people} people and {migrated.faces} faces are in the {target} store.")
    if migrated.problems:
        sys.exit(1)
    click.echo(f"Set FERS_STORE={target} to use it. Delete the old store when you no longer need it.")


def _embedded() -> Settings:
    settings = config.load()
    if settings.store != "embedded":
        raise InvalidInput("backup.embedded-only")
    return settings


def _there(settings: Settings) -> Settings:
    """The settings, of a store that is there. Else one would be made where FERS_DATA is not what it should be, and be
    found to be sound. Raises NotFound."""
    if settings.store == "embedded":
        from fers.storage.sqlite import backup

        backup.require_store(settings.data)
    return settings


def _report(findings: list[Finding]) -> None:
    for finding in findings:
        click.echo(f"{'repaired' if finding.repaired else 'WRONG'}: {finding.problem}")
    wrong = sum(not finding.repaired for finding in findings)
    click.echo(f"{wrong} problem{'' if wrong == 1 else 's'} left." if wrong else "The store is sound.")
    sys.exit(1 if wrong else 0)
