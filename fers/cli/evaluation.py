"""`fers evaluate` and `shadow`: models that answer for the stored faces."""

import math
import sys
from contextlib import suppress

import click

from fers import assembly, config
from fers.cli.explaining import explains_failures
from fers.cli.large_work import large_work, require_beam
from fers.domain.evaluation_sets import EvaluationSet
from fers.domain.people import OPERATOR
from fers.errors import JobStopped
from fers.services.models.arena import Arena, job_of
from fers.services.models.shadows import JOB


@click.command()
@click.argument("name")
@click.option(
    "--on",
    "faces",
    metavar="FACES",
    default="",
    help="The evaluation set: own (all faces, self-reported labels), consensus (reviewed faces, annotators' consensus),"
    " intended (prompted faces, intended labels), or a dataset version; v1#test is the test split of v1.  [default:"
    " own, or consensus if there are no self-reported labels]",
)
@large_work
@explains_failures
def evaluate(name: str, faces: str, engine: str, workers: int, beam_options: tuple[str, ...]) -> None:
    """Ask the registered model NAME about the faces it has not seen, and measure it for the comparison in the app.

    If stopped, the command continues where it was when started again.
    """
    settings = config.load()
    services = assembly.assemble(settings)
    on = services.arena.evaluation_set(OPERATOR, faces)
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


def _which_faces(arena: Arena, name: str, on: EvaluationSet) -> str:
    """How many of what, and on how many of them the model failed, if any."""
    standing = next(standing for standing in arena.standings(OPERATOR, on) if standing.info.id == name)
    failed = f" but {standing.failed:,}, on which it failed" if standing.failed else ""
    faces = "one face" if standing.faces == 1 else f"all {standing.faces:,} faces"
    return f"{faces} of “{on.key}”{failed}"


@click.command()
@click.argument("name")
@click.option("--idle", default=120, show_default=True, help="Seconds to wait for another new face before stopping.")
@explains_failures
def shadow(name: str, idle: int) -> None:
    """Have the registered model NAME answer for new faces in the background. The app starts this itself."""
    services = assembly.assemble(config.load())
    with suppress(JobStopped), services.jobs.doing(OPERATOR, JOB + name) as step:
        services.shadows.follow(OPERATOR, name, step, idle)
