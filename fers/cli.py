"""The command line: `python -m fers --help`."""

import json
import math
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import click

from fers import __version__, config, platform
from fers.dataset_commands import export, freeze, import_, import_upload
from fers.domain.people import OPERATOR, Role
from fers.domain.yardsticks import Yardstick
from fers.errors import FersError, JobStopped
from fers.explaining import explains_failures
from fers.large_work import large_work, require_beam
from fers.model_commands import models
from fers.services.arena import Arena, job_of
from fers.services.help_desk import Found
from fers.services.migration import Migration
from fers.services.prediction import predict_file
from fers.services.shadows import JOB
from fers.store_commands import backup, doctor, purge, restore


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="FERS")
def main() -> None:
    """FERS: collect, label and compare facial expressions in the wild.

    The store is the folder FERS_DATA (default: data/); models are the folders in FERS_MODELS (default: models/).
    """


@main.command()
@click.option("--behind-proxy", is_flag=True, help="On every address, for a proxy that ends HTTPS and is believed.")
@explains_failures
def serve(behind_proxy: bool) -> None:
    """Start the app on 127.0.0.1 (PORT, default 8501)."""
    from fers.ui import server  # Streamlit is for the app alone; the other commands start without it.

    server.run(config.load(), behind_proxy=behind_proxy)


@main.command()
@click.argument("images", metavar="IMAGE…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--model", "model_id", metavar="NAME", help="Model to use.  [default: the one FERS_MODEL names]")
@click.option("--detect", is_flag=True, help="Predict the largest face found, not the whole image.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object an image.")
@explains_failures
def predict(images: tuple[Path, ...], model_id: str | None, detect: bool, as_json: bool) -> None:
    """Guess the expression in each IMAGE.

    An image that can't be used is named on standard error, the others are still predicted, and the exit status is 1.
    """
    classifier = platform.registry(config.load()).classifier(model_id)
    detector = platform.face_detector() if detect else None
    failed = False
    for image in images:
        try:
            result = predict_file(image, classifier, detector)
        except FersError as error:
            click.echo(f"{image}: {error}", err=True)
            failed = True
            continue
        if detect and result["box"] is None:
            click.echo(f"{image}: no face found, so the whole image was used", err=True)
        click.echo(json.dumps(result) if as_json else _sentence(result))
    sys.exit(1 if failed else 0)


def _sentence(result: dict) -> str:
    top3 = ", ".join(f"{entry['emotion']} {entry['confidence']:.0%}" for entry in result["top3"])
    return f"{result['image']}: {'' if result['sure'] else 'not sure, perhaps '}{top3}"


for command in (models, import_, import_upload, freeze, export, doctor, backup, restore, purge):
    main.add_command(command)


@main.command()
@click.argument("name")
@click.option(
    "--on",
    "faces",
    metavar="FACES",
    default="",
    help="What to measure on: own (every face, by its own person's word), consensus (the reviewed faces, by their"
    " annotators'), or a dataset version; v1#test is the test part of v1. By itself: own, or consensus where nobody"
    " said what they show.",
)
@large_work
@explains_failures
def evaluate(name: str, faces: str, engine: str, workers: int, beam_options: tuple[str, ...]) -> None:
    """Ask the registered model NAME about the faces it has not seen, and measure it for the comparison in the app.

    Stopped at any moment, it goes on where it was when it is started again.
    """
    settings = config.load()
    services = platform.assemble(settings)
    on = services.arena.yardstick(OPERATOR, faces)
    if engine == "beam":
        require_beam()
        from fers.pipelines.evaluation import evaluate_by_beam  # Beam is there for those who ask for it.

        evaluate_by_beam(settings, name, on, workers, beam_options)
        click.echo(f"{name} has answered for {_which_faces(services.arena, name, on)}.")
        return
    with click.progressbar(length=1, label=name, file=sys.stderr) as bar:

        def show(done: int, faces: int) -> None:
            step(done)
            bar.length = faces
            bar.update(done - bar.pos)

        with services.jobs.doing(OPERATOR, job_of(name, on)) as step:
            run = services.arena.evaluate(OPERATOR, name, on, progress=show)
    faces, time = _which_faces(services.arena, name, on), run.milliseconds
    timed = "" if math.isnan(time) else f", in {time:.1f} ms each"
    click.echo(f"{name} {run.model_version} has answered for {faces}{timed}.")


def _which_faces(arena: Arena, name: str, on: Yardstick) -> str:
    """How many of what, and on how many of them the model failed, if any."""
    standing = next(standing for standing in arena.standings(OPERATOR, on) if standing.info.id == name)
    failed = f" but {standing.failed:,}, on which it failed" if standing.failed else ""
    faces = "one face" if standing.faces == 1 else f"all {standing.faces:,} faces"
    return f"{faces} of “{on.key}”{failed}"


@main.command()
@click.argument("name")
@click.option("--idle", default=120, show_default=True, help="Seconds to wait for another new face before it ends.")
@explains_failures
def shadow(name: str, idle: int) -> None:
    """Have the registered model NAME answer for new faces in the background. The app starts this by itself."""
    services = platform.assemble(config.load())
    with suppress(JobStopped), services.jobs.doing(OPERATOR, JOB + name) as step:
        services.shadows.follow(OPERATOR, name, step, idle)


@main.command()
@click.option("--to", "target", type=click.Choice(config.STORES), required=True, help="The store to move to.")
@explains_failures
def migrate(target: str) -> None:
    """Copy everything from the other store into this one, checking every copy.

    Nobody may use FERS meanwhile. What was copied before is brought up to date, so an interrupted run can be started
    again.
    Everything moves but passwords: docs/firebase.md says how their owners get in again.
    """
    settings = config.load()
    (source,) = set(config.STORES) - {target}
    old, new = (platform.open_stores(replace(settings, store=store)) for store in (source, target))
    migrated = Migration(old, new).run(OPERATOR)
    for problem in migrated.problems:
        click.echo(f"WRONG: {problem}")
    click.echo(f"{migrated.people} people and {migrated.faces} faces are in the {target} store.")
    if migrated.problems:
        sys.exit(1)
    click.echo(f"Set FERS_STORE={target} to use it. Delete the old store when you no longer need it.")


@main.command()
@click.argument("whom", metavar="NUMBER")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@explains_failures
def grant(whom: str, role: str) -> None:
    """Give the account with NUMBER the role ROLE.

    Its owner reads the number out to you: it is on their My data page. Where FERS sends mails, a confirmed e-mail will
    do instead.
    """
    help_desk = platform.assemble(config.load()).help_desk
    help_desk.grant(OPERATOR, whom, Role(role))
    click.echo(f"Done: {_described(help_desk.find(OPERATOR, whom))}.")


@main.command()
@click.argument("whom", metavar="EMAIL|NUMBER")
@explains_failures
def code(whom: str) -> None:
    """Print a new personal code for an account whose owner can't sign in otherwise.

    Give it to nobody but the owner of the account: it opens it, and neither its password nor an earlier code does any
    more. What is said of the account helps to tell whether it is theirs: where FERS sends no mail, anybody may have
    signed up with an e-mail.
    """
    help_desk = platform.assemble(config.load()).help_desk
    found = help_desk.find(OPERATOR, whom)
    click.echo(help_desk.issue_code(OPERATOR, whom))
    click.echo(f"It opens this account, whose password and earlier code do so no more: {_described(found)}.", err=True)


def _described(found: Found) -> str:
    email = f" ({found.email})" if found.email else ""
    photos = "1 photo" if found.photos == 1 else f"{found.photos} photos"
    return (
        f"{found.person.number}{email}, {found.person.role}, there since {found.person.created_at:%d %B %Y}, {photos}"
    )
