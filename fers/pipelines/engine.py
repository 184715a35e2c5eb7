"""How pipelines are run: on this machine's cores, or wherever Beam's own options say."""

from collections.abc import Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from fers.domain.ranges import IdRange, divided

RANGES_A_WORKER = 16
"""Enough that nobody waits long for the last one, and little is done anew when a worker dies."""


def pipeline(workers: int, options: Sequence[str]) -> beam.Pipeline:
    """A pipeline that runs when its `with` block ends.

    `options` are Beam's. Without a `--runner` among them it runs here, in `workers` processes. Not by Beam's
    DirectRunner, which first looks for a program on the internet.
    """
    if not any(option.split("=")[0] == "--runner" for option in options):
        here = ["--runner=FnApiRunner", "--direct_running_mode=multi_processing", f"--direct_num_workers={workers}"]
        options = [*here, *options]
    return beam.Pipeline(options=PipelineOptions(list(options)))


class Ranges(beam.PTransform):
    """Every face id, in ranges spread over the workers."""

    def __init__(self, workers: int):
        super().__init__()
        self._ranges: list[IdRange] = divided(workers * RANGES_A_WORKER)

    def expand(self, start):
        return start | beam.Create(self._ranges) | beam.Reshuffle()
