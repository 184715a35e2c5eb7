"""Where studies, what annotators say and dataset versions are kept, and how faces are found."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Protocol

from fers.domain.emotions import Emotion
from fers.domain.exploring import Cursor, FaceCount, FaceFilter, Found
from fers.domain.groups import SelfDescription
from fers.domain.invitations import Invitation
from fers.domain.labels import Label, Opinion
from fers.domain.people import Membership, Role
from fers.domain.protocols import ThreeLabels
from fers.domain.ranges import EVERY_ID, IdRange
from fers.domain.review import GoldStandard, Progress, QueueOrder
from fers.domain.versions import DatasetVersion, Entry, Split


class StudyStore(Protocol):
    """Who has which role in which study, and the invitations that lead there. Raises StoreUnavailable."""

    def save_membership(self, membership: Membership) -> None:
        """Add or replace somebody's membership of a study. Raises NotFound when the person is gone."""

    def add_membership(self, membership: Membership) -> None:
        """Raises AlreadyExists where the person has one of that study, and NotFound when they are gone."""

    def note_entry(self, person_id: str, study_id: str, at: datetime) -> bool:
        """Note when somebody came into a study in which they have a place; their role is what it is by then. False
        when they have none there (any more)."""

    def delete_membership(self, person_id: str, study_id: str) -> None:
        """Nothing happens when it is gone already."""

    def memberships_of(self, person_id: str) -> list[Membership]:
        """The study entered last first."""

    def staff_of(self, study_id: str) -> list[Membership]:
        """The memberships that are more than a participant's, by person id."""

    def create_invitation(self, invitation: Invitation) -> None:
        """Raises AlreadyExists."""

    def invitation(self, sha256: str) -> Invitation | None: ...

    def invitations_to(self, study_id: str) -> list[Invitation]:
        """The study's invitations, those that last longest first."""

    def use_invitation(
        self, sha256: str, now: datetime, place: Membership | None = None, before: Role | None = None
    ) -> Invitation | None:
        """Take one use of a live invitation and return it as it is then; None when none is live. Of two people who come
        for the last use, one gets it. The membership `place` is saved with it, or neither is done: raises AlreadyExists
        when its person's role in the study, None for none, is not `before` any more, and NotFound when they are gone.
        """

    def revoke_invitation(self, invitation_id: str) -> None:
        """Take all uses that are left; nothing happens when there is no such invitation."""


class GroupStore(Protocol):
    """What people say about themselves, study by study. Deleting a person's record deletes it.

    Raises StoreUnavailable.
    """

    def save_description(self, description: SelfDescription) -> None:
        """Add or replace what somebody says to a study. Raises NotFound when the person is gone."""

    def descriptions_of(self, person_id: str) -> list[SelfDescription]:
        """By study."""

    def descriptions_in(self, study_id: str) -> Iterator[SelfDescription]:
        """By person, without holding them all in memory."""

    def sizes(self, study_id: str) -> dict[tuple[str, str], int]:
        """How many people say what to a study, counted in the store: by what it is about and what they say, as
        `groups.DIMENSIONS` has it. What nobody says is missing."""

    def delete_description(self, person_id: str, study_id: str) -> None:
        """Nothing happens when there is none."""


class FaceIndex(Protocol):
    """Finds and counts faces of a study without going through them. Always says what `RecordStore` holds.

    Raises StoreUnavailable.
    """

    def counts(self, study_id: str, wanted: FaceFilter) -> list[FaceCount]:
        """By week and class, oldest week first; only counts above 0."""

    def agreement(self, study_id: str, wanted: FaceFilter) -> dict[int, int]:
        """How many of the faces there are in each quarter of the annotators' agreement; empty quarters are missing."""

    def own_labels(self, study_id: str) -> dict[tuple[date, Emotion], int]:
        """How many faces of each week (its Monday) their own people gave each label, whatever annotators said."""

    def three_labels(self, study_id: str) -> Counter[ThreeLabels]:
        """How many of the faces for which an expression was asked have which labels; only counts above 0."""

    def newest(
        self, study_id: str, wanted: FaceFilter, count: int, after: Cursor[datetime] | None = None
    ) -> list[Found]:
        """The `count` newest that are wanted, or those that come after a cursor in that order."""

    def most_disputed(
        self, study_id: str, label: Emotion | None, count: int, after: Cursor[float] | None = None
    ) -> list[Found]:
        """The faces (of this class, if one is named) where the model is surest of something else than their class."""

    def least_agreed(self, study_id: str, count: int, after: str | None = None) -> list[Found]:
        """The faces whose annotators agree least, of those where not all do; or those that come after a face (id) in
        that order."""

    def note_opinion(self, face_id: str, opinion: Opinion | None) -> None:
        """Keep what a face's annotators make of it, or None: nobody looked. Nothing happens when the face is gone."""

    def revisions(self) -> int:
        """A number that grows whenever a face is changed or deleted, or a label of one taken back: what was read of
        them before may not be used any more. What is added only leaves it as it is."""


class LabelStore(Protocol):
    """What annotators say about faces, and who looks at which face at present.

    A face has slots for labels: as many as its study asks for, given as `slots` where it matters, or as it wants
    itself, whichever is more. One is taken by each label and by each live reservation, and none by the label of an
    imported set, which is no annotator's. Deleting a face's record deletes everything here about it.

    Raises StoreUnavailable.
    """

    def reserve(self, face_id: str, annotator_id: str, slots: int, now: datetime, until: datetime) -> bool:
        """Hold one of the face's slots until a time, or hold it longer. False when all are taken, when this annotator
        has labelled the face, or when it is gone or may not be reviewed. Of two who come for the last slot, one gets
        it."""

    def release(self, face_id: str, annotator_id: str) -> None:
        """Give a held slot up; nothing happens when none is held."""

    def add_label(self, label: Label, slots: int, now: datetime) -> None:
        """Add a label and end its annotator's reservation. Raises AlreadyExists when this annotator has labelled the
        face, SlotTaken when others have taken all slots, NotFound when it is gone or may not be reviewed."""

    def remove_label(self, face_id: str, annotator_id: str) -> None:
        """Nothing happens when there is none."""

    def want(self, face_id: str, labels: int) -> None:
        """Set how many labels of annotators a face wants, however few its study asks for; nothing happens when it is
        gone."""

    def labels_of(self, face_id: str) -> list[Label]:
        """By annotator."""

    def labels_by(self, annotator_id: str) -> Iterator[Label]:
        """By face, without holding them all in memory."""

    def labels(self, study_id: str, among: IdRange = EVERY_ID) -> Iterator[Label]:
        """Of the faces in a range of ids, by face, then by annotator, without holding them all in memory."""

    def latest_by(self, annotator_id: str, study_id: str, limit: int) -> list[Label]:
        """The labels that an annotator gave last in a study, newest first."""

    def count_by(self, annotator_id: str, study_id: str) -> int: ...

    def count_waiting(self, annotator_id: str, study_id: str, slots: int) -> int:
        """How many faces have a slot left that this annotator may take, whether or not others hold it at present."""

    def forget_annotator(self, annotator_id: str) -> None:
        """Delete everything an annotator said, so that its bytes are gone, and their reservations."""

    def next_faces(
        self, study_id: str, annotator_id: str, order: QueueOrder, slots: int, now: datetime, limit: int
    ) -> list[str]:
        """Ids of up to `limit` faces with a slot left that this annotator may label: their people agreed to review,
        they are not the annotator's own, and not labelled by them. One they hold a slot of may be among them."""

    def progress(self, study_id: str, slots: int) -> Progress:
        """Of the faces that may be reviewed."""

    def set_gold_standard(self, face_id: str, known: GoldStandard | None) -> None:
        """Note what a face is known to show; None: it is not known any more. Nothing happens when the face is gone."""

    def known(self, face_id: str) -> GoldStandard | None:
        """What a face is known to show; None when nothing is."""

    def gold_standard(self, study_id: str) -> dict[str, GoldStandard]:
        """What is known, by face id."""

    def resolve_flags(self, face_id: str, at: datetime | None) -> None:
        """Note when somebody looked at what annotators flagged about a face, and it stays; None: that is to be looked
        at again. Nothing happens when the face is gone."""

    def resolved_flags(self, study_id: str) -> dict[str, datetime]:
        """When that was, by face id."""


class DatasetVersionStore(Protocol):
    """Dataset versions, and faces cut out as these hand them out. Nothing in a version changes; but deleting a face's
    record deletes its entries, its crop and what is noted of its image, and so does an update after which its purposes
    are no longer `SHARED`. So whatever is read here may be handed out.

    Raises StoreUnavailable.
    """

    def create_version(self, version: DatasetVersion, entries: Iterable[Entry]) -> None:
        """Add a version with its entries, whole or not at all; entries of faces that meanwhile are gone or may not be
        shared any more are dropped. Raises AlreadyExists when one with this id or, in the study, this name is there."""

    def of_study(self, study_id: str) -> list[DatasetVersion]:
        """Newest first."""

    def version(self, version_id: str) -> DatasetVersion | None: ...

    def entries(self, version_id: str, split: Split | None = None, among: IdRange = EVERY_ID) -> Iterator[Entry]:
        """What is left of a version in a range of face ids, by face id, without holding all of it in memory; of one
        split, or of all."""

    def count_entries(self, version_id: str) -> int: ...

    def keep_crops(self, crops: Mapping[str, bytes], encoder: str) -> None:
        """Keep what `encoder` made of faces, by face id, in place of what was kept of them before. Those of faces that
        are gone or may not be shared are dropped."""

    def crop(self, face_id: str, encoder: str) -> bytes | None:
        """What `encoder` made of a face; None where that is not kept."""

    def note_lost(self, face_id: str, lost: bool = True) -> None:
        """Note that the image of a face was found to be lost or damaged, or that it is there again. The former is
        dropped of faces that are gone."""

    def lost(self) -> list[str]:
        """The ids of faces whose image is noted as lost, in their order. There are few."""
