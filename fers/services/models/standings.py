"""How far models have come with the faces of an evaluation set, and whether those are still what was measured."""

from dataclasses import dataclass

from fers.domain.evaluation_sets import RunProgress
from fers.domain.models import ModelInfo, ModelRun
from fers.domain.versions import DatasetVersion


@dataclass(frozen=True)
class Standing:
    """A registered model and how far its run over an evaluation set's faces has come."""

    info: ModelInfo
    answered: int
    faces: int
    """How many there are, as the run says that began last; 0 when this model never ran."""
    run: ModelRun | None
    """The last complete run."""
    failed: int
    """Faces on which the model failed in it."""


@dataclass(frozen=True)
class EvaluationState:
    """An evaluation set, then and now, as `EvaluationSets.size` counts it."""

    version: DatasetVersion | None
    """The dataset version behind it."""
    then: int
    """When its models were measured."""
    now: int
    is_revised: bool
    """Whether something was changed or taken back since, also where as much is there as was."""


def standing(info: ModelInfo, own: RunProgress | None, latest: RunProgress | None, run: ModelRun | None) -> Standing:
    """From the model's `own` progress and that of the model which finished `latest`."""
    if own is None:
        return Standing(info, 0, 0, None, 0)
    is_on_its_way = own.done < own.faces
    faces = own.faces if is_on_its_way or latest is None else latest.faces
    return Standing(info, min(own.done, faces), faces, run if own.finished_at else None, own.failed)
