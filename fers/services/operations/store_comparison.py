"""Comparison: does a store hold everything that another one does, and nothing else?"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from heapq import merge
from itertools import groupby, zip_longest
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from fers.domain.evaluation_sets import Result
from fers.domain.exploring import NO_FILTER
from fers.domain.faces import Face
from fers.domain.interfaces import ImageStore, Stores
from fers.domain.models import ModelRun
from fers.domain.people import Person
from fers.domain.picture import FACTS_ID
from fers.domain.protocols import without_place
from fers.domain.studies import Study
from fers.domain.versions import DatasetVersion
from fers.errors import NotFound
from fers.services.faces.images import is_image_of

FAR_MORE = 10_000
"""More promotions, trials and choices of models than there ever are."""
LOST = "its image is lost"

Part = tuple[str, Callable[[Stores], Iterable[object]]]
"""What is compared: its name, and how it is read, in the same order from every store."""

_Old = TypeVar("_Old")
_New = TypeVar("_New")


class Comparison:
    """Goes through both stores side by side, so that neither has to be held in memory."""

    def __init__(self, old: Stores, new: Stores):
        self._old = old
        self._new = new
        self.people = 0
        """Who are the same in both, once `problems` is through."""
        self.faces = 0
        """Those that are."""

    def problems(self) -> Iterator[str]:
        """A sentence for each thing of the old store that is not the same in the new one, or is there alone."""
        for person_id, old, new in side_by_side(self._old.records.people(), self._new.records.people()):
            if problem := self._about_person(old, new):
                yield f"person {person_id}: {problem}"
            else:
                self.people += 1
        for face_id, given, kept in side_by_side(self._old.records.faces(), self._new.records.faces()):
            if problem := self._about_face(given, kept):
                yield f"face {face_id}: {problem}"
            else:
                self.faces += 1
        for name, read in self._parts():
            if not self._same(read):
                yield f"{name} not the same"

    def _about_person(self, old: Person | None, new: Person | None) -> str | None:
        if old is None:
            return "is in the new store alone"
        if new != old:
            return "is not the same"
        return next((f"{name} not the same" for name, read in _parts_of_person(old) if not self._same(read)), None)

    def _about_face(self, old: Face | None, new: Face | None) -> str | None:
        if old is None:
            return "is in the new store alone"
        if new is None:
            return image_problem(self._old.images, old) or "is missing"
        return "its copy is not the same" if new != old or image_problem(self._new.images, old) else None

    def _parts(self) -> Iterator[Part]:
        yield "the log is", lambda of: of.records.audit()
        yield "what was taken back is", lambda of: [frozenset(of.erasures.erasures())]
        yield "the studies are", lambda of: of.records.studies()
        for study in self._old.records.studies():
            yield from _parts_of_study(study)
            for version in self._old.versions.of_study(study.id):
                yield _entries_of(version)
        yield from _PARTS_ABOUT_MODELS
        for fingerprint in answers_kept(self._old):
            yield from _parts_of_model(fingerprint)
        for trial in self._old.field.trials(FAR_MORE):
            yield _counts_of_trial(trial.id)

    def _same(self, read: Callable[[Stores], Iterable[object]]) -> bool:
        return all(old == new for old, new in zip_longest(read(self._old), read(self._new)))


def side_by_side(
    old: Iterable[_Old], new: Iterable[_New], id_of: Callable[[_Old | _New], Any] = attrgetter("id")
) -> Iterator[tuple[Any, _Old | None, _New | None]]:
    """(id, the old one, the new one) of those of the same id, None where there is none. Both come by id, and each id
    once."""

    def of_side(side: str, things: Iterable[Any]) -> Iterator[tuple[Any, str, Any]]:
        return ((id_of(one), side, one) for one in things)

    for its_id, found in groupby(merge(of_side("old", old), of_side("new", new), key=itemgetter(0)), itemgetter(0)):
        sides = {side: one for _, side, one in found}
        yield its_id, sides.get("old"), sides.get("new")


def image_problem(images: ImageStore, face: Face) -> str | None:
    """What is wrong with the image that a store has of a face: `LOST`, or that it is another one."""
    try:
        data = images.get(face.id)
    except NotFound:
        return LOST
    return None if is_image_of(face, data) else "its image is not the one that was given"


def answers_kept(stores: Stores) -> list[str]:
    """What answers are kept under: what pictures are like, and of models, in runs and in the background."""
    asked = (run.fingerprint for run in stores.answers.runs())
    under_way = (progress.fingerprint for progress in stores.results.progress())
    return list(dict.fromkeys([FACTS_ID, *asked, *under_way, *stores.field.reached()]))


def _parts_of_person(person: Person) -> Iterator[Part]:
    yield "their consents are", lambda of: _by("id", of.records.consents_of(person.id))
    yield "their places in studies are", lambda of: _by("study_id", of.studies.memberships_of(person.id))
    yield "what they say about themselves is", lambda of: of.groups.descriptions_of(person.id)
    yield "their tasks are", lambda of: map(without_place, _by("study_id", of.sittings.sittings_of(person.id)))
    yield "their answers are", lambda of: of.replies.all_replies_of(person.id)
    yield "their access tokens are", lambda of: _by("id", of.access.tokens_of(person.id))
    yield "what opens their account is", lambda of: [of.sign_in.keys_of(person.id)]


def _parts_of_study(study: Study) -> Iterator[Part]:
    name = f"study {study.id}:"
    yield f"{name} its invitations are", lambda of: _by("id", of.studies.invitations_to(study.id))
    yield f"{name} which faces stay out of it is", lambda of: [of.records.kept_out(study.id)]
    yield f"{name} its labels are", lambda of: of.labels.labels(study.id)
    yield f"{name} its known faces are", lambda of: [of.labels.gold_standard(study.id)]
    yield f"{name} its settled flags are", lambda of: [of.labels.resolved_flags(study.id)]
    yield f"{name} its versions are", lambda of: _by("id", of.versions.of_study(study.id))
    yield f"{name} the counts of its faces are", lambda of: [frozenset(of.face_index.counts(study.id, NO_FILTER))]
    yield f"{name} how far it is reviewed is", lambda of: [of.labels.progress(study.id, study.overlap)]
    yield f"{name} what was asked of people is", lambda of: [of.sittings.given(study.id), of.sittings.counted(study.id)]
    yield f"{name} whom panels sent is", lambda of: of.participations.participations_in(study.id)
    yield f"{name} what guesses came to is", lambda of: of.field.guesses(study.id)


def _entries_of(version: DatasetVersion) -> Part:
    return f"version {version.name}: its entries are", lambda of: of.versions.entries(version.id)


_PARTS_ABOUT_MODELS: list[Part] = [
    ("the runs of models are", lambda of: map(_text, _by("fingerprint", of.answers.runs()))),
    ("what models came to is", lambda of: map(_text, of.results.results())),
    ("how far models have come is", lambda of: of.results.progress()),
    ("which models were live is", lambda of: of.promotions.promotions(FAR_MORE)),
    ("the trials are", lambda of: _by("id", of.field.trials(FAR_MORE))),
    ("which models answered in the background is", lambda of: of.field.shadow_choices(FAR_MORE)),
    ("how far models in the background have come is", lambda of: [of.field.reached()]),
]


def _parts_of_model(fingerprint: str) -> Iterator[Part]:
    name = f"model {fingerprint[:8]}:"
    yield f"{name} its answers are", lambda of: ((face, row.tolist()) for face, row in of.answers.answers(fingerprint))
    yield f"{name} its answers in the background are", lambda of: of.field.shadow_answers(fingerprint)
    yield f"{name} the counts of those are", lambda of: [frozenset(of.field.ranks(fingerprint))]


def _counts_of_trial(trial_id: str) -> Part:
    return f"trial {trial_id}: its counts are", lambda of: [of.field.matches(trial_id), of.field.unscored(trial_id)]


def _text(thing: ModelRun | Result) -> str:
    """Where a figure that is not known (NaN) equals itself."""
    return json.dumps(asdict(thing), sort_keys=True, default=str)


def _by(field: str, things: Iterable[_Old]) -> list[_Old]:
    return sorted(things, key=attrgetter(field))
