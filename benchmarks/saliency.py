"""Do maps name what mattered? Deletion and insertion of RISE against a map drawn by chance, and the time it takes:
`python -m benchmarks.saliency --data SPEC [--faces 50]`.
"""

import time

import click
import numpy as np

from fers import config, platform
from fers.datasets import load_all
from fers.inference.saliency import deletion_and_insertion
from training.crops import crops


@click.command(help=__doc__)
@click.option("--model", help="A registered model.  [default: the live one]")
@click.option("--data", required=True, multiple=True, metavar="SPEC")
@click.option("--faces", "count", default=50, show_default=True)
def main(model: str | None, data: tuple[str, ...], count: int) -> None:
    classifier = platform.registry(config.load()).classifier(model)
    random = np.random.default_rng(0)
    chosen = [face for batch in crops(load_all(data)) for face in batch]
    chosen = [chosen[index] for index in random.permutation(len(chosen))[:count]]
    rows, seconds = [], []
    for face in chosen:
        top = np.argsort(-classifier.predict(face[None])[0])[:3]
        began = time.perf_counter()
        heat = classifier.explain(face, list(top))[0]
        seconds.append(time.perf_counter() - began)
        chance = random.random(heat.shape)
        rows.append([*(deletion_and_insertion(classifier.predict, face, top[0], each) for each in (heat, chance))])
    means = np.mean(rows, axis=0)
    for name, (deletion, insertion) in zip(("map", "chance"), means, strict=True):
        print(f"{name}: deletion {deletion:.3f}, insertion {insertion:.3f} (n={len(chosen)})")
    print(f"top three, median {np.median(seconds):.2f} s, slowest {max(seconds):.2f} s")


if __name__ == "__main__":
    main()
