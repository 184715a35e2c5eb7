"""Studies as files: to be preregistered, kept beside a paper, and run again somewhere else."""

from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.studies import Study
from fers.errors import InvalidInput
from fers.services.people.studies import Studies
from fers.services.people.study_text import read, written

LARGEST = 1_000_000
"""Bytes."""


class StudyFiles:
    def __init__(self, studies: Studies):
        self._studies = studies

    def text(self, actor: Person, study_id: str, to_translate: str | None = None) -> str:
        """The study's file. `to_translate`: a language of which it has every text, to be filled in where nobody has
        yet."""
        require(actor, Action.MANAGE_STUDY, study_id)
        return written(self._studies.get(actor, study_id), to_translate)

    def planned(self, actor: Person, study_id: str, data: bytes) -> Study:
        """The study as a file would have it, not saved yet: whatever people may be asked to agree to again is for its
        owner to decide. Raises InvalidInput, which names the line or the field that is wrong."""
        require(actor, Action.MANAGE_STUDY, study_id)
        return read(_decoded(data), self._studies.get(actor, study_id))

    def create(self, actor: Person, data: bytes, name: str | None = None) -> Study:
        """A new study of a file, closed; who runs it is yet to be said. Raises InvalidInput, also when there is one of
        that name."""
        require(actor, Action.RUN_INSTALLATION)
        return self._studies.create_like(actor, lambda new: read(_decoded(data), new), name)


def what_it_asks(study: Study) -> str:
    """How much, in words."""
    counts = ((len(study.protocol.tasks), "task"), (len(study.questions), "question"))
    return " and ".join(f"{count} {thing}{'s' * (count != 1)}" for count, thing in counts)


def _decoded(data: bytes) -> str:
    if len(data) > LARGEST:
        raise InvalidInput("study-file.too-long", largest=LARGEST)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("study-file.not-text") from None
