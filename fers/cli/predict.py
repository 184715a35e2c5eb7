"""`fers predict`: a guess for image files."""

import json
import sys
from pathlib import Path

import click

from fers import adapters, config
from fers.cli.explaining import explains_failures
from fers.errors import FersError
from fers.services.models.prediction import predict_file


@click.command()
@click.argument("images", metavar="IMAGE…", nargs=-1, required=True, type=click.Path(readable=False, path_type=Path))
@click.option("--model", "model_id", metavar="NAME", help="Model to use.  [default: the one FERS_MODEL names]")
@click.option("--detect", is_flag=True, help="Guess from the largest face found, not the whole image.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per image.")
@explains_failures
def predict(images: tuple[Path, ...], model_id: str | None, detect: bool, as_json: bool) -> None:
    """Guess the expression in each IMAGE.

    An image that can't be used is named on standard error. The others are still guessed, and the exit status is 1.
    """
    classifier = adapters.registry(config.load()).classifier(model_id)
    detector = adapters.face_detector() if detect else None
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
    doubt = "" if result["sure"] else "not sure, perhaps " if result["can_tell"] else "can't tell, perhaps "
    return f"{result['image']}: {doubt}{top3}"
