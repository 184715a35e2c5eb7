"""What people say about themselves: asked for by studies that compare models between groups, and by no others."""

from collections import Counter
from dataclasses import replace

from fers.domain.audit import entry_by
from fers.domain.clock import Clock, behind, utc_now
from fers.domain.consent import ConsentText, Purpose
from fers.domain.erasures import Erased, Erasure
from fers.domain.faces import Origin
from fers.domain.groups import DIMENSIONS, LEAST_PEOPLE, AgeBand, Gender, SelfDescription, SkinTone
from fers.domain.interfaces import ErasureStore, GroupStore, RecordStore
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import ConsentRequired
from fers.languages import LANGUAGES, ORIGINAL
from fers.services.people.consent_words import about_you
from fers.services.people.consents import Consents
from fers.services.people.studies import Studies


class Groups:
    """Kept by person and study. The index in which faces are found follows every change; a face's own record never
    holds what its person said."""

    def __init__(
        self,
        records: RecordStore,
        groups: GroupStore,
        studies: Studies,
        consents: Consents,
        erasures: ErasureStore,
        now: Clock = utc_now,
    ):
        self._records = records
        self._groups = groups
        self._studies = studies
        self._consents = consents
        self._erasures = erasures
        self._now = now

    def words(self, actor: Person, language: str = ORIGINAL) -> ConsentText | None:
        """What the actor would explicitly agree to by saying something about themselves; None where their study does
        not ask, or keeps nothing of theirs."""
        require(actor, Action.MANAGE_OWN_DATA)
        study = self._studies.current(actor)
        consent = self._consents.current(actor, study)
        if not study.asks_groups or consent is None or not consent.permits(Purpose.STORE):
            return None
        return about_you(study, language)

    def mine(self, actor: Person) -> SelfDescription | None:
        """What the actor says about themselves to the study they work in."""
        require(actor, Action.MANAGE_OWN_DATA)
        study_id = self._studies.current(actor).id
        return next((said for said in self._groups.descriptions_of(actor.id) if said.study_id == study_id), None)

    def describe(
        self,
        actor: Person,
        words_sha256: str,
        agreed: bool,
        age: AgeBand | None = None,
        gender: Gender | None = None,
        skin: SkinTone | None = None,
    ) -> None:
        """Keep what the actor says, in place of what they said before; nothing said is kept as nothing.

        Raises ConsentRequired when they did not explicitly agree to the words whose hash is `words_sha256`, or the
        study does not ask.
        """
        require(actor, Action.MANAGE_OWN_DATA)
        if age is None and gender is None and skin is None:
            return self.erase(actor)
        offered = [words for language in LANGUAGES if (words := self.words(actor, language))]
        if not offered:
            raise ConsentRequired("groups.not-asked")
        words = next((words for words in offered if words.sha256 == words_sha256), None)
        if words is None:
            raise ConsentRequired("groups.changed")
        if not agreed:
            raise ConsentRequired("groups.no-agreement")
        study = self._studies.current(actor)
        said = SelfDescription(actor.id, study.id, words, self._now(), age, gender, skin)
        if (before := self.mine(actor)) is not None:
            said = replace(said, given_at=behind([before.given_at], said.given_at))
            if not before.said().items() <= said.said().items():
                self._note_erased(before)
        self._groups.save_description(said)
        if not self._consents.still_keeps(actor, study):
            self._groups.delete_description(actor.id, study.id)
            raise ConsentRequired("groups.not-asked")
        self._note(actor, "said something about themselves", study.id)
        return None

    def erase(self, actor: Person) -> None:
        """Erase what the actor said to the study they work in."""
        if (said := self.mine(actor)) is not None:
            self._note_erased(said)
            self._groups.delete_description(actor.id, said.study_id)
            self._note(actor, "erased what they said about themselves", said.study_id)

    def _note_erased(self, said: SelfDescription) -> None:
        """So that no backup says it again. By the time at which it was said, and not by today's: what is said later
        stays, whichever way the clock goes meanwhile."""
        self._erasures.note(Erasure(Erased.DESCRIPTION, said.person_id, said.given_at, study_id=said.study_id))

    def sizes(self, actor: Person, study_id: str) -> dict[str, dict[str, int]]:
        """How many people are in each group, by what it is about; groups of fewer than five are left out."""
        require(actor, Action.VIEW_DATASET, study_id)
        people = Counter(self._groups.sizes(study_id) if self._asks(study_id) else {})
        return {
            about: {name: people[about, name] for name in names if people[about, name] >= LEAST_PEOPLE}
            for about, names in DIMENSIONS.items()
        }

    def of_faces(self, actor: Person, faces: list[Origin]) -> dict[str, list[str | None]]:
        """The group of each face's person, by what it is about. None: not said, or fewer than five people among these
        faces are in it."""
        require(actor, Action.GIVE_FACE)
        for study_id in {face.study_id for face in faces}:
            require(actor, Action.COMPARE_MODELS, study_id)
        said = {
            (description.person_id, study_id): description.said()
            for study_id in {face.study_id for face in faces}
            for description in self._descriptions(study_id)
        }
        return {about: _large_enough(about, faces, said) for about in DIMENSIONS}

    def _descriptions(self, study_id: str) -> list[SelfDescription]:
        return list(self._groups.descriptions_in(study_id)) if self._asks(study_id) else []

    def _asks(self, study_id: str) -> bool:
        """Nothing is told of a study that does not ask any more."""
        return any(study.id == study_id and study.asks_groups for study in self._records.studies())

    def _note(self, actor: Person, action: str, study_id: str) -> None:
        self._records.append_audit(entry_by(actor, self._now(), action, actor.id, study_id))


def _large_enough(about: str, faces: list[Origin], said: dict[tuple[str, str], dict[str, str]]) -> list[str | None]:
    groups = [said.get((face.person_id, face.study_id), {}).get(about) for face in faces]
    people = Counter(group for _, group in {(face.person_id, group) for face, group in zip(faces, groups, strict=True)})
    return [group if people[group] >= LEAST_PEOPLE else None for group in groups]
