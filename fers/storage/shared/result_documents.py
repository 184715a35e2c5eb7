"""What models came to, in JSON's types and back, the same for every store."""

import json
from dataclasses import asdict

from fers.domain.evaluation_sets import Result, RunProgress
from fers.storage.shared.documents import time_from_text, time_to_text
from fers.storage.shared.stored_names import as_named, as_stored


def result_to_text(result: Result) -> str:
    return json.dumps(as_stored(asdict(result)) | {"measured_at": time_to_text(result.measured_at)})


def result_from_text(text: str) -> Result:
    document = as_named(json.loads(text))
    typed = {
        "figures": {name: tuple(figure) for name, figure in document["figures"].items()},
        "confusion": tuple(map(tuple, document["confusion"])),
        "measured_at": time_from_text(document["measured_at"]),
    }
    return Result(**document | typed)


def progress_to_text(progress: RunProgress) -> str:
    finished = progress.finished_at and time_to_text(progress.finished_at)
    return json.dumps(as_stored(asdict(progress)) | {"finished_at": finished})


def progress_from_text(text: str) -> RunProgress:
    document = as_named(json.loads(text))
    finished = document["finished_at"] and time_from_text(document["finished_at"])
    return RunProgress(**document | {"finished_at": finished})
