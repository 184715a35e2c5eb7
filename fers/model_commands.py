"""`python -m fers models`: list, add and check models."""

import json
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from fers import config, platform
from fers.domain.interfaces import Classifier
from fers.errors import FersError, InvalidInput, ModelDoubted, ModelRejected
from fers.explaining import explains_failures
from fers.inference.browser import make_ready
from fers.inference.classifier import FolderClassifier
from fers.inference.draft import Draft, read_off, weights_at
from fers.inference.known_faces import listed_pictures, public_pictures, views
from fers.inference.model_folder import DESCRIPTION, ModelFolder, adding_to, described_id, read_model_folder
from fers.inference.self_test import Report, examine
from fers.model_questions import ALL_THE_SAME, QUESTIONS, REGISTERED, answered, asks, plain
from fers.services.prediction import proposed_face

_FACES = click.option(
    "--faces",
    metavar="CSV",
    type=click.Path(path_type=Path),
    help="Test on these faces (columns image, label) instead of on two public portraits.",
)


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.pass_context
@explains_failures
def models(context: click.Context, as_json: bool) -> None:
    """List the registered models, or add or check one."""
    if context.invoked_subcommand:
        return
    registry = platform.registry(config.load())
    default = registry.default().id
    listed = [
        {"id": m.id, "version": m.version, "name": m.name, "default": m.id == default, "metrics": m.metrics}
        for m in registry.models()
    ]
    for folder, error in registry.refused().items():
        click.echo(f"Left out: {folder}. {error}", err=True)
    if as_json:
        click.echo(json.dumps(listed, indent=2))
        return
    for model in listed:
        click.echo(f"{model['id']} {model['version']}  {model['name']}{'  (default)' if model['default'] else ''}")


@models.command()
@click.argument("name")
@_FACES
@explains_failures
def check(name: str, faces: Path | None) -> None:
    """Test the registered model NAME on known faces, and exit with 1 when it seems to be fed or read wrongly."""
    classifier = platform.registry(config.load()).classifier(name)
    sys.exit(1 if _tested(classifier, _known_faces(classifier, faces)).findings else 0)


@models.command()
@click.argument("path", type=click.Path(path_type=Path))
@asks(QUESTIONS)
@_FACES
@click.option("--yes", is_flag=True, help="Register it even when the test on known faces finds something.")
@explains_failures
def add(path: Path, faces: Path | None, yes: bool, **options) -> None:
    """Register the trained model PATH: a model folder, or a .keras, .tflite or .onnx file or TensorFlow SavedModel.

    What can be read off a file is read off; the rest is asked for unless an option says it.
    """
    folder = config.load().models
    with adding_to(folder) as staging:
        staged = _staged(path, staging, options)
        target = folder / staged.name
        if target.exists():
            instead = f"Change the id in its {DESCRIPTION}." if _describes_itself(path) else "Give another with --id."
            raise InvalidInput(f"There is a model called {staged.name} already.", instead)
        added = read_model_folder(staged)
        classifier = FolderClassifier(added)
        known = _known_faces(classifier, faces)
        report = _tested(classifier, known)
        if report.findings and not (yes or _confirmed()):
            raise ModelDoubted("It was not registered.", "Correct what was found, or register it as it is with --yes.")
        _make_ready_for_browsers(added, known.pixels)
        staged.rename(target)
    click.echo(f"{target.name} {REGISTERED}. Make it live on the page “Models”, or by FERS_MODEL.")


def _describes_itself(path: Path) -> bool:
    return (path / DESCRIPTION).is_file()


def _staged(path: Path, staging: Path, options: dict) -> Path:
    """A complete model folder below `staging`, which the registry does not look into."""
    if _describes_itself(path):
        if any(value is not None for value in options.values()):
            raise InvalidInput(f"{path} has a description of its own.", f"Change its {DESCRIPTION}, not the options.")
        return Path(shutil.copytree(path, staging / described_id(path)))
    weights = weights_at(path)
    draft = read_off(weights, options["side"])
    click.echo(_sentence(weights, draft))
    answers = answered(QUESTIONS, options, plain(weights.stem), draft)
    staged = staging / answers["id"]
    staged.mkdir()
    copy = shutil.copytree if weights.is_dir() else shutil.copyfile
    copied = copy(weights, staged / f"model{weights.suffix}")
    description = draft.description(Path(copied), answers)
    (staged / DESCRIPTION).write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return staged


def _sentence(weights: Path, draft: Draft) -> str:
    colours = "gray" if draft.channels == 1 else "colour"
    size = f", {draft.parameters:,} parameters" if draft.parameters else ""
    return (
        f"{weights.name} reads {colours} faces of {draft.width} x {draft.height} pixels ({draft.layout}) and gives "
        f"{draft.outputs} {draft.kind}{size}."
    )


def _confirmed() -> bool:
    return sys.stdin.isatty() and click.confirm(f"{ALL_THE_SAME}?")


class _Known(NamedTuple):
    """Faces whose expression is known."""

    pixels: np.ndarray
    """n x 224 x 224 x 3 RGB, uint8."""
    labels: np.ndarray


def _known_faces(classifier: FolderClassifier, table: Path | None) -> _Known:
    """Those in `table`, or views of the public portraits, cropped as the model likes them."""
    detector = platform.face_detector()
    pictures = listed_pictures(table) if table else public_pictures()
    faces = [proposed_face(picture, classifier, detector)[0] for picture, _ in pictures]
    labels = [emotion for _, emotion in pictures]
    if table is None:
        faces = [view for face in faces for view in views(face)]
        labels = np.repeat(labels, len(faces) // len(labels))
    return _Known(np.stack(faces), np.asarray(labels))


def _tested(classifier: FolderClassifier, known: _Known) -> Report:
    """Run the self-test and tell what it found."""
    report = examine(classifier, known.pixels, known.labels, _reference(classifier))
    for finding in report.findings:
        click.echo(f"WRONG: {finding}")
    click.echo(f"{report.right} of {report.asked} known faces named rightly.")
    if report.unseen:
        click.echo(
            f"None of them shows {', '.join(report.unseen)}, so a mix-up among these classes would not be noticed: "
            "python -m fers models add (or check) tests on faces of your own with --faces."
        )
    return report


def _make_ready_for_browsers(folder: ModelFolder, faces: np.ndarray) -> None:
    """Convert the model, where that can be done, and tell whether the live page will offer it."""
    try:
        if make_ready(folder, faces):
            click.echo("It runs in browsers too.")
        else:
            click.echo("It runs on the server alone: browsers run .keras, .tflite and SavedModels.")
    except ModelRejected as error:
        click.echo(f"It runs on the server alone. {error}")


def _reference(classifier: Classifier) -> Classifier | None:
    """The default model, unless that is the one in question or there is none."""
    registry = platform.registry(config.load())
    try:
        default = registry.classifier()
    except FersError:
        return None
    return None if default.info.id == classifier.info.id else default
