"""Training a Keras network by PyTorch on a CPU: the same recipes, batches and step sizes as `train` has, many times as
quick (`python -m benchmarks.training`)."""

import math
import statistics
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, product, starmap
from pathlib import Path

import keras
import numpy as np

from fers.domain.emotions import LABELS
from fers.inference.runtimes import EMOTION
from training.recipe import Recipe
from training.torch_network import TorchNetwork, torch

_TURNS = 5
_TURN_SECONDS = 1.6
Batch = tuple[np.ndarray, np.ndarray]
"""Images (batch x side x side x channels, in [0, 1]) and targets, as `pipeline.training_batches` has them."""


@dataclass(frozen=True)
class Way:
    """How steps are computed. Weights are float32 in any case."""

    bfloat16: bool
    threads: int

    def __str__(self) -> str:
        return f"{'bfloat16' if self.bfloat16 else 'float32'} on {self.threads} thread{'s' * (self.threads > 1)}"


class TorchTrainer:
    """One network on its way through a recipe, from one stage to the next."""

    def __init__(self, network: keras.Model, chosen: Recipe, steps: int, way: Way):
        """Carry on from the weights of `network`. `steps`: of the whole recipe."""
        self._chosen = chosen
        self._steps = steps
        self.way = way
        self._module = TorchNetwork(network).to(memory_format=torch.channels_last)
        self._average = {name: tensor.clone() for name, tensor in self._module.state_dict().items()}
        self._optimizer = self._new_optimizer()
        self._step = 0

    def epoch(self, batches: Iterable[Batch]) -> dict[str, float]:
        """Take an epoch's steps. Returns the mean loss and the images a second."""
        self._module.train()
        torch.manual_seed(self._chosen.seed + self._step)  # Dropout: a run that goes on is the run it would have been.
        started, losses, images = time.perf_counter(), [], 0
        with _threads(self.way.threads):
            for faces, targets in batches:
                losses.append(self._take_step(torch.tensor(faces), torch.tensor(targets)))
                images += len(faces)
        return {"loss": float(np.mean(losses)), "images_per_second": images / (time.perf_counter() - started)}

    def write_back(self) -> keras.Model:
        """Give Keras what was learned: the average of the weights where the recipe keeps one."""
        now = {name: tensor.clone() for name, tensor in self._module.state_dict().items()}
        if self._chosen.averaging:
            self._module.load_state_dict(self._average)
        network = self._module.write_back()
        self._module.load_state_dict(now)
        return network

    def save(self, path: Path) -> None:
        state = {"module": self._module.state_dict(), "average": self._average, "step": self._step}
        torch.save(state | {"optimizer": self._optimizer.state_dict()}, path)

    def carry_on(self, path: Path) -> None:
        """From what `save` wrote, perhaps on another machine, of the same network or another form of it."""
        state = torch.load(path, weights_only=True)
        self._module.load_state_dict(state["module"])
        self._average, self._step = state["average"], state["step"]
        self._optimizer.load_state_dict(state["optimizer"])

    def _take_step(self, faces: torch.Tensor, targets: torch.Tensor) -> float:
        rate = step_size(self._chosen, self._step, self._steps)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        faces = faces.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.way.bfloat16):
            outputs = self._module(faces)
        loss = _loss({name: one.float() for name, one in outputs.items()}, targets, self._chosen.valence_arousal_weight)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        with torch.no_grad():  # As Keras does: off the kernels, apart from the gradient.
            torch._foreach_mul_(self._module.kernels(), 1 - rate * self._chosen.weight_decay)
        self._optimizer.step()
        self._step += 1
        if self._chosen.averaging:
            self._keep_average()
        return loss.item()

    def _keep_average(self) -> None:
        """It forgets the beginning quickly: what the first steps leave is not worth a thousand others."""
        old = min(self._chosen.averaging, (1 + self._step) / (10 + self._step))
        with torch.no_grad():
            for name, tensor in self._module.state_dict().items():
                if tensor.is_floating_point():
                    self._average[name].lerp_(tensor, 1 - old)
                else:
                    self._average[name].copy_(tensor)

    def _new_optimizer(self) -> torch.optim.Optimizer:
        learned = [parameter for parameter in self._module.parameters() if parameter.requires_grad]
        if self._chosen.optimizer == "sgd":
            return torch.optim.SGD(learned, self._chosen.learning_rate, momentum=0.9, nesterov=True, fused=True)
        return torch.optim.Adam(learned, self._chosen.learning_rate, betas=(0.9, 0.999), eps=1e-8, fused=True)


def step_size(chosen: Recipe, step: int, steps: int) -> float:
    """From zero up to the recipe's, then to zero along half a cosine by the last of `steps`."""
    if step < chosen.warmup_steps:
        return chosen.learning_rate * step / chosen.warmup_steps
    done = min(1.0, (step - chosen.warmup_steps) / max(1, steps - chosen.warmup_steps))
    return chosen.learning_rate * 0.5 * (1 + math.cos(math.pi * done))


def fastest(
    network: keras.Model,
    chosen: Recipe,
    batches: Iterable[Batch],
    most: int,
    cores: int,
    bfloat16: bool | None = None,
) -> tuple[Way, dict[Way, float]]:
    """The quickest of bfloat16 and float32, or of the one that `bfloat16` says, on one thread and on all `cores`, and
    the images a second of each, as measured on `most` batches or for a while; `network` is left as it is.

    They take turns, and the median counts, so that what else a machine does for a moment doesn't decide how hours are
    spent."""
    some = list(islice(batches, 4))
    precisions = (True, False) if bfloat16 is None else (bfloat16,)
    ways = list(starmap(Way, product(precisions, sorted({1, cores}))))
    trainer = TorchTrainer(network, chosen, steps=1_000_000, way=ways[0])
    rates: dict[Way, list[float]] = {way: [] for way in ways}
    for turn in range(1 + _TURNS):
        for way in ways:
            trainer.way = way
            # The first turn prepares what is prepared once.
            now = islice(_for_a_while(some), max(1, most // _TURNS)) if turn else some[:1]
            rates[way].append(trainer.epoch(now)["images_per_second"])
    measured = {way: statistics.median(turns[1:]) for way, turns in rates.items()}
    return max(measured, key=measured.get), measured


def _for_a_while(batches: list[Batch]) -> Iterator[Batch]:
    deadline, number = time.perf_counter() + _TURN_SECONDS, 0
    while time.perf_counter() < deadline:
        yield batches[number % len(batches)]
        number += 1


def _loss(outputs: dict[str, torch.Tensor], targets: torch.Tensor, valence_arousal_weight: float) -> torch.Tensor:
    """As `tasks.objectives`: the cross-entropy of every output that tells emotions, the squared error of the others,
    where these have targets."""
    classes, dimensions = targets[:, : len(LABELS)], targets[:, len(LABELS) :]
    total = torch.zeros(())
    for name, said in outputs.items():
        if name.startswith(EMOTION):
            total = total - (classes * torch.log_softmax(said, 1)).sum(1).mean()
        elif dimensions.shape[1]:
            wanted = torch.where(torch.isnan(dimensions), said.detach(), dimensions)
            total = total + valence_arousal_weight * ((wanted - said) ** 2).mean()
    return total


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
