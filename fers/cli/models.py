"""`python -m fers models`: list, add and check models."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from fers import adapters, config
from fers.cli.explaining import explains_failures
from fers.cli.model_questions import ALL_THE_SAME, QUESTIONS, answered, asks, plain, refuse_impossible
from fers.cli.telling import Kind, Tell, in_json, in_words
from fers.cli.terminal import at_a_terminal
from fers.domain.interfaces import Classifier
from fers.domain.models import ModelInfo
from fers.errors import FersError, InvalidInput, ModelDoubted, ModelRejected, UnknownModel
from fers.inference.adding import (
    Tested,
    describes_itself,
    look,
    taken_over,
    test,
    weights_at,
    write_description,
)
from fers.inference.draft import ModelDraft, Output
from fers.inference.known_faces import listed_pictures, public_pictures, views
from fers.inference.model_folder import ModelFolder, adding_to, read_model_folder
from fers.inference.sandbox import Sandbox, sandbox
from fers.inference.self_test import SelfTestReport, examine
from fers.inference.unpacking import unpacked
from fers.services.models.prediction import proposed_face

_FACES = click.option(
    "--faces",
    metavar="CSV",
    type=click.Path(path_type=Path),
    help="Test on these faces (columns image, label) instead of two public portraits.",
)


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.pass_context
@explains_failures
def models(context: click.Context, as_json: bool) -> None:
    """List the registered models, or add or check one."""
    if context.invoked_subcommand:
        return
    registry = adapters.registry(config.load())
    default = registry.default().id
    listed = [
        {"id": m.id, "version": m.version, "name": m.name, "default": m.id == default, "metrics": m.metrics}
        for m in registry.models()
    ]
    for folder, error in registry.refused().items():
        click.echo(f"Can't be used: {folder}. {error}", err=True)
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
    """Test the registered model NAME on known faces, and exit with 1 if it seems to be fed or read wrongly."""
    classifier = adapters.registry(config.load()).classifier(name)
    known, reference = _known_faces(classifier.info, faces), _reference(classifier.info)
    trusted = None if reference is None else reference.predict(known.faces)
    report = examine(classifier, known.faces, known.labels, trusted, known.views_each)
    _tell(in_words, report)
    sys.exit(1 if report.findings else 0)


@models.command()
@click.argument("path", type=click.Path(path_type=Path))
@asks(QUESTIONS)
@_FACES
@click.option("--yes", is_flag=True, help="Register it even if the test on known faces finds a problem.")
@click.option("--json", "as_json", is_flag=True, hidden=True)  # For the page that starts it.
@explains_failures
def add(path: Path, faces: Path | None, yes: bool, as_json: bool, **options) -> None:
    """Register the trained model PATH: a model folder, a .keras, .h5, .tflite or .onnx file, a TensorFlow SavedModel,
    or a zip of one of them.

    Whatever can be read from the file is read; the rest is asked for, unless an option gives it.
    """
    if not as_json:
        _register(in_words, path, faces, yes, options)
        return
    try:
        _register(in_json, path, faces, yes, options)
    except FersError as error:
        kind = Kind.DOUBTED if isinstance(error, ModelDoubted) else Kind.REFUSED
        in_json(kind, error.what, next=error.next, operator=error.operator, **error.as_record())
        sys.exit(1)


def _register(tell: Tell, path: Path, faces: Path | None, yes: bool, options: dict) -> None:
    folders = config.load().models
    with adding_to(folders[0]) as staging, unpacked(path) as source, sandbox() as box:
        staged = _staged(tell, source, staging, box, options)
        target = folders[0] / staged.name
        if _is_taken(staged.name, folders):
            if describes_itself(source):
                raise InvalidInput("model.described-id-taken", model=staged.name)
            raise InvalidInput("model.id-taken", model=staged.name, option="--id")
        added = read_model_folder(staged)
        tested = _tried(tell, added, box, faces)
        if tested.report.findings and not (yes or _confirmed()):
            raise ModelDoubted("model.doubted", option="--yes")
        _tell_of_browsers(tell, tested)
        _tell_of_seal(tell, box)
        if target.exists():
            target.rename(staging / "replaced")
        staged.rename(target)
    says = f"{target.name} is registered. Make it live on the page “Models”, or with FERS_MODEL."
    tell(Kind.REGISTERED, says, id=target.name)


def _is_taken(model_id: str, folders: Sequence[Path]) -> bool:
    """Whether a model of that name is there: one in the first folder that is left out makes room for the same,
    registered anew."""
    there = [folder for folder in folders if (folder / model_id).exists()]
    if there != [folders[0]]:
        return bool(there)
    try:
        adapters.registry(config.load()).find(model_id)
    except ModelRejected:
        return False
    except UnknownModel:  # Somebody else's folder.
        pass
    return True


def _staged(tell: Tell, source: Path, staging: Path, box: Sandbox, options: dict) -> Path:
    """A complete model folder below `staging`, which the registry does not look into."""
    if describes_itself(source):
        if any(value is not None for value in options.values()):
            raise InvalidInput("model.describes-itself", model=source.name)
        return taken_over(box, source, staging)
    weights = weights_at(source)
    seen = look(box, weights, options["side"])
    tell(Kind.TOLD, _sentence(weights, seen.draft, options["classes"]))
    answers = answered(QUESTIONS, options, plain(weights.stem), seen.draft)
    staged = staging / answers["id"]
    staged.mkdir()
    box.fetch(seen.weights, staged / f"model{seen.suffix}")
    description = seen.draft.description(staged / f"model{seen.suffix}", answers)
    refuse_impossible(description)
    write_description(staged, description)
    return staged


def _sentence(weights: Path, draft: ModelDraft, classes: list[str] | None) -> str:
    """What it says for itself; of the output that holds the classes, if they are named, as these are meant: valence
    beside probabilities makes no logits of them."""
    colours = "greyscale" if draft.channels == 1 else "colour"
    size = f", {draft.parameters:,} parameters" if draft.parameters else ""
    several = len(draft.outputs) > 1
    says = [_numbers(output, classes) + (f" ({output.name})" if several else "") for output in draft.outputs]
    return (
        f"{weights.name} reads {colours} faces of {draft.width} x {draft.height} pixels ({draft.layout}) and gives "
        f"{' and '.join(says)}{size}."
    )


def _numbers(output: Output, classes: list[str] | None) -> str:
    one = {"probabilities": "probability", "logits": "logit", "scores": "score"}
    kind = output.kind(classes if classes and len(classes) == output.numbers else None)
    return f"{output.numbers} {one[kind] if output.numbers == 1 else kind}"


def _confirmed() -> bool:
    return at_a_terminal() and click.confirm(f"{ALL_THE_SAME}?")


class _Described(NamedTuple):
    """As much of a classifier as cropping needs: the model itself is opened in the sandbox only."""

    info: ModelInfo


class _Known(NamedTuple):
    """Faces whose expression is known."""

    faces: np.ndarray
    """n x 224 x 224 x 3 RGB, uint8."""
    labels: np.ndarray
    views_each: int
    """How many in a row are views of the same face."""


def _known_faces(info: ModelInfo, table: Path | None) -> _Known:
    """Those in `table`, or views of the public portraits, cropped as the model likes them."""
    detector = adapters.face_detector()
    pictures = listed_pictures(table) if table else public_pictures()
    faces = [proposed_face(picture, _Described(info), detector)[0] for picture, _ in pictures]
    labels = [emotion for _, emotion in pictures]
    if table is not None:
        return _Known(np.stack(faces), np.asarray(labels), 1)
    varied = [views(face) for face in faces]
    return _Known(np.concatenate(varied), np.repeat(labels, len(varied[0])), len(varied[0]))


def _tried(tell: Tell, added: ModelFolder, box: Sandbox, table: Path | None) -> Tested:
    """Run the self-test in the sandbox and tell what it found."""
    known = _known_faces(added.info, table)
    reference = _reference(added.info)
    trusted = None if reference is None else reference.predict(known.faces)
    tested = test(box, added, {**known._asdict(), "trusted": trusted})
    _tell(tell, tested.report)
    return tested


def _tell(tell: Tell, report: SelfTestReport) -> None:
    for finding in report.findings:
        tell(Kind.FOUND, finding.says, in_full=str(finding))
    tell(Kind.TOLD, f"It is right on {report.right} of {report.asked} known faces.")
    if report.compared:
        tell(Kind.TOLD, report.compared)
    if report.unseen:
        tell(
            Kind.TOLD,
            f"None of them shows {', '.join(report.unseen)}, so a mix-up among these classes would go unnoticed. To "
            "test on your own faces, use python -m fers models add (or check) with --faces.",
        )


def _tell_of_browsers(tell: Tell, tested: Tested) -> None:
    if tested.browsers:
        tell(Kind.TOLD, "It runs in browsers too.")
        return
    runs = "Browsers run Keras files, SavedModels and single-precision .tflite files."
    tell(Kind.TOLD, f"It runs only on the server. {runs}")


def _tell_of_seal(tell: Tell, box: Sandbox) -> None:
    if not all(box.shut.values()):
        says = "This system can't isolate a model while it is tested: register only models you trust here."
        tell(Kind.TOLD, says)


def _reference(info: ModelInfo) -> Classifier | None:
    """The default model, unless that is the one in question or there is none."""
    registry = adapters.registry(config.load())
    try:
        default = registry.classifier()
    except FersError:
        return None
    return None if default.info.id == info.id else default
