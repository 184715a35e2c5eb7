"""`python -m fers import`, `freeze` and `export`: from a set that is there to a version that can be trained on."""

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from enum import StrEnum
from pathlib import Path

import click

from fers import assembly, config, wording
from fers.assembly import Platform
from fers.cli.explaining import explains_failures
from fers.cli.large_work import large_work, require_beam
from fers.cli.terminal import at_a_terminal
from fers.datasets import DataError, FaceSet, Faults, Meanings, load
from fers.datasets.columns import USUAL, UnknownColumns
from fers.datasets.words import SCHEMES, Vocabulary, schemes_with
from fers.domain.emotions import LABELS, Emotion
from fers.domain.exploring import QUARTERS, FaceFilter
from fers.domain.faces import Source
from fers.domain.people import OPERATOR
from fers.domain.studies import Study
from fers.domain.versions import ConsensusRule
from fers.errors import InvalidInput, JobStopped, NotFound
from fers.exporting.archive import DEFAULT, FORMATS
from fers.exporting.exported_version import Cut
from fers.services.faces.importing import Imported, Terms


def _values(enum: type[StrEnum]) -> list[str]:
    return [member.value for member in enum]


_NAMES_NOBODY = "The set doesn't say who is in it, so each picture counts as a person of its own."
_QUARTER = click.IntRange(QUARTERS[0], QUARTERS[-1])
_DAY = {"type": date.fromisoformat, "metavar": "YYYY-MM-DD"}
study_option = click.option("--study", "study_name", metavar="NAME", required=True, help="The study's name or id.")


def _asked_for(context: click.Context, option: click.Option, value: str | None) -> str:
    """What a set's terms are can't be left out: who is at a terminal is asked for what they did not say."""
    if value is not None:
        return value
    if at_a_terminal():
        return click.prompt(option.help.removesuffix("."), err=True)
    raise click.MissingParameter(
        "Every version that holds these faces says under which licence and for which reason they may be used",
        context,
        option,
    )


@click.command(name="import")
@click.argument("spec")
@click.option("--study", "study_name", metavar="NAME", required=True, help="The study's name or id, or a new name.")
@click.option("--licence", metavar="TEXT", callback=_asked_for, help="The licence the dataset is used under.")
@click.option("--consent-basis", metavar="TEXT", callback=_asked_for, help="Why the people in it may be shown.")
@click.option("--detect", is_flag=True, help="The pictures are whole photos: find the largest face in each.")
@click.option(
    "--map",
    "words",
    multiple=True,
    metavar="WORD=CLASS",
    help=f"What a label means; WORD= leaves its rows out. Or the dataset whose numbers it uses: {', '.join(SCHEMES)}.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="MEANING=NAME",
    help=f"Which column of a table holds the {', '.join(USUAL)}; MEANING= for none.",
)
@click.option("--folders", default="", metavar="LEVELS", help="What nested folders are, such as person/class.")
@click.option("--strict", is_flag=True, help="Stop if something can't be used, instead of leaving it out.")
@explains_failures
def import_(
    spec: str,
    study_name: str,
    licence: str,
    consent_basis: str,
    detect: bool,
    words: tuple[str, ...],
    columns: tuple[str, ...],
    folders: str,
    strict: bool,
) -> None:
    """Add the labelled faces that SPEC names (docs/researchers/data.md) to a study, with their terms. Terms that are
    not given are asked for. If there is no such study, it is created.

    What can't be used is named and left out. If stopped, the command continues where it was when started again.
    """
    services = assembly.assemble(config.load())
    terms, faults = Terms(licence, consent_basis), Faults()
    meanings = Meanings(Vocabulary.parsed(words), dict(map(_pair, columns)), folders)
    faces = _read(spec, meanings, faults, strict)
    study = _study_or_new(services, study_name)
    with _bar("Importing") as show:
        imported = services.importing.add(
            OPERATOR, study.id, faces, terms, detect=detect, faults=None if strict else faults, progress=show
        )
    _tell(imported, study, faces)
    if faults.count:
        click.echo("\n".join([f"{faults.count:,} left out:", *faults.told(), *_hint(faults)]), err=True)


def _pair(value: str) -> tuple[str, str]:
    meaning, is_pair, name = value.partition("=")
    if not is_pair:
        raise DataError("columns.unnamed", value=value)
    return meaning.strip().lower(), name.strip()


def _read(spec: str, meanings: Meanings, faults: Faults, strict: bool) -> FaceSet:
    try:
        faces = load(spec, meanings, faults)
    except UnknownColumns as error:
        said = " ".join(f"--column {meaning}=NAME" for meaning in error.missing)
        error.with_details([f"Say which columns are meant: {said}."])
        raise
    except DataError as error:
        error.with_details(_hint(faults))
        raise
    if "person" in faces.unread.meanings and faces.unread.columns:
        others = wording.quoted(faces.unread.columns)
        click.echo(f"{_NAMES_NOBODY} If a column does, stop this and say --column person=NAME: {others}.", err=True)
    if strict and faults.count:
        refusal = DataError("import.nothing-imported", count=faults.count)
        raise refusal.with_details([*faults.told(), *_hint(faults)])
    return faces


def _hint(faults: Faults) -> list[str]:
    """How to say what unknown labels mean, in a line or none."""
    if not faults.words:
        return []
    each = " ".join(shlex.quote(f"{word}=CLASS").join(["--map ", ""]) for word in list(faults.words)[:8])
    hint = f"Say what they mean: {each}, where CLASS is one of {', '.join(LABELS)}, or nothing to leave it out."
    if known := schemes_with(faults.words):
        hint += f" Those of well-known sets go by the set's name: --map {', --map '.join(known)}."
    return [hint]


def _tell(imported: Imported, study: Study, faces: FaceSet) -> None:
    removed = f"; {imported.removed} left out because they were removed from it" if imported.removed else ""
    added = f"{imported.added} face{'' if imported.added == 1 else 's'} added to {study.name}"
    click.echo(f"{added}; {imported.known} already there{removed}.")
    if faces.votes:
        annotators = len({vote.annotator for votes in faces.votes.values() for vote in votes})
        given = f"{imported.labels} label{'' if imported.labels == 1 else 's'} added"
        click.echo(f"{given}, by {annotators} annotator{'' if annotators == 1 else 's'}.")
    if faces.dropped:
        click.echo("Dropped: " + ", ".join(f"{count} {reason}" for reason, count in faces.dropped.items()) + ".")


@click.command(hidden=True)
@click.argument("upload_id")
@explains_failures
def import_upload(upload_id: str) -> None:
    """Do an import that was asked for on a page. The app starts this itself."""
    with suppress(JobStopped):
        assembly.assemble(config.load()).uploads.carry_out(upload_id)


@click.command()
@click.argument("version")
@study_option
@click.option("--label", "labels", multiple=True, type=click.Choice(LABELS), help="Only this class; see above.")
@click.option(
    "--source", "sources", multiple=True, type=click.Choice(_values(Source)), help="Only faces from this source."
)
@click.option(
    "--agreement", multiple=True, type=_QUARTER, help="Only where inter-rater agreement is in this quarter, 0 to 3."
)
@click.option(
    "--confidence", multiple=True, type=_QUARTER, help="Only where the model's confidence is in this quarter."
)
@click.option("--disputed/--undisputed", default=None, help="Only where the model's guess isn't, or is, the class.")
@click.option("--since", **_DAY, help="Only faces given in the week of this day or later.")
@click.option("--until", **_DAY, help="Only faces given in the week of this day or earlier.")
@click.option(
    "--consensus",
    type=click.Choice(_values(ConsensusRule)),
    default="majority",
    show_default=True,
    help="How labels are aggregated.",
)
@explains_failures
def freeze(version: str, study_name: str, consensus: str, **wanted) -> None:
    """Freeze a study's faces as the dataset version VERSION: all faces whose participants agreed to it, or some.

    `--label`, `--source`, `--agreement` and `--confidence` may be repeated: any of the values will do. A face's class
    is what most of its annotators see or, if none has labelled it, what its participant said.
    """
    services = assembly.assemble(config.load())
    kinds = {"labels": Emotion.from_label, "sources": Source, "agreement": int, "confidence": int}
    several = {field: frozenset(map(kind, wanted.pop(field))) for field, kind in kinds.items()}
    chosen = FaceFilter(**several, **wanted)
    with _bar("Freezing") as show:
        study = study_named(services, study_name)
        frozen = services.versions.freeze(OPERATOR, study.id, version, chosen, ConsensusRule(consensus), show)
    click.echo(
        f"{frozen.faces} faces of {frozen.people} people frozen as {frozen.name} ({frozen.id}). Left out:"
        f" {frozen.left_out} not for sharing or training, {frozen.near_duplicates} near-duplicates"
        + (f", {frozen.lost} whose photos are lost or damaged (fers doctor names them)." if frozen.lost else ".")
    )


@click.command()
@click.argument("version")
@click.option("--study", "study_name", metavar="NAME", help="The study's name or id, if several have such a version.")
@click.option("--format", type=click.Choice(list(FORMATS)), default=DEFAULT, show_default=True)
@click.option("--whole", is_flag=True, help="Write whole photos, not just the faces.")
@click.option("--out", required=True, help="A new folder; with beam it may be in a bucket, such as gs://BUCKET/v1.")
@large_work
@explains_failures
def export(
    version: str,
    study_name: str | None,
    format: str,
    whole: bool,
    out: str,
    engine: str,
    workers: int,
    beam_options: tuple[str, ...],
) -> None:
    """Write the dataset version VERSION into a folder that is ready to train on."""
    settings = config.load()
    services = assembly.assemble(settings)
    study = study_named(services, study_name) if study_name else _study_with(services, version)
    if engine == "beam":
        require_beam()
        from fers.pipelines.exporting import Order, export_by_beam, place  # Beam is there for those who ask for it.

        order = Order(study.id, version, format, Cut.WHOLE if whole else Cut.CROP, place(out))
        export_by_beam(settings, order, workers, beam_options)
        click.echo(f"{version} written to {out}.")
        return
    with _bar("Writing") as show:
        written = services.downloads.write(
            OPERATOR, study.id, version, format, Cut.WHOLE if whole else Cut.CROP, Path(out), show
        )
    click.echo(f"{written.faces} faces written to {out}; {written.withdrawn} withdrawn since it was frozen.")


def study_named(services: Platform, name: str) -> Study:
    """By its name or id. Raises NotFound."""
    for study in services.studies.mine(OPERATOR):
        if name in (study.name, study.id):
            return study
    raise NotFound("study.not-found", name=name)


def _study_or_new(services: Platform, name: str) -> Study:
    try:
        return study_named(services, name)
    except NotFound:
        study = services.studies.create(OPERATOR, name)
        click.echo(f"Created the study {study.name}, closed: say in the app what it is for and who runs it.")
        return study


def _study_with(services: Platform, version: str) -> Study:
    """The only study that has such a version."""
    having = [study for study in services.studies.mine(OPERATOR) if _has(services, study, version)]
    if not having:
        raise NotFound("version.not-found-anywhere", version=version)
    if len(having) > 1:
        raise InvalidInput("version.in-several-studies", version=version, studies=[study.name for study in having])
    return having[0]


def _has(services: Platform, study: Study, version: str) -> bool:
    try:
        services.versions.named(OPERATOR, study.id, version)
    except NotFound:
        return False
    return True


@contextmanager
def _bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, and what to tell it with."""
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def show(done: int, faces: int) -> None:
            bar.length = max(1, faces)
            bar.update(done - bar.pos)

        yield show
