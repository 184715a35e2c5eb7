"""A model asked about very many faces: `Arena.evaluate`, range by range."""

from collections.abc import Iterator, Sequence

import apache_beam as beam

from fers import adapters, assembly
from fers.config import Settings
from fers.domain.evaluation_sets import EvaluationSet
from fers.domain.people import OPERATOR
from fers.domain.ranges import IdRange
from fers.pipelines.engine import Ranges, pipeline
from fers.services.models.batch_inference import Asked


def evaluate_by_beam(
    settings: Settings, model_id: str, on: EvaluationSet, workers: int, options: Sequence[str] = ()
) -> None:
    """Ask a model about every face of an evaluation set it has not answered for yet, and measure it; see
    `engine.pipeline` for `workers` and `options`.

    An answer belongs to its face and model, so that a range that is asked about twice, as Beam does when a worker dies,
    leaves what one time would. Raises UnknownModel or ModelRejected.
    """
    adapters.registry(settings).classifier(model_id)  # What is wrong with the model is better said here than there.
    with pipeline(workers, options) as work:
        (
            work
            | Ranges(workers)
            | "Ask" >> beam.ParDo(_Ask(settings, model_id, on))
            | "Wait for all" >> beam.combiners.ToList()
            | "Finish" >> beam.ParDo(_Finish(settings, model_id, on))
        )


class _OnPlatform(beam.DoFn):
    """Each worker opens its own store and loads its own model, once."""

    def __init__(self, settings: Settings, model_id: str, on: EvaluationSet):
        self._settings = settings
        self._model_id = model_id
        self._on = on

    def setup(self) -> None:
        self._arena = assembly.assemble(self._settings).arena


class _Ask(_OnPlatform):
    def process(self, among: IdRange) -> Iterator[int]:
        """On how many faces the model failed."""
        yield self._arena.ask(OPERATOR, self._model_id, self._on, among).failed


class _Finish(_OnPlatform):
    def process(self, failed: list[int]) -> None:
        """What faces took while others were asked about beside them says little: the model is timed alone."""
        self._arena.finish(OPERATOR, self._model_id, Asked([], sum(failed)), self._on)
