"""Dataset versions: freezing a study's faces, listing and comparing what was frozen."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fers.domain.audit import entry_by
from fers.domain.clock import Clock, utc_now
from fers.domain.consent import ConsentText
from fers.domain.exploring import NO_FILTER, FaceFilter
from fers.domain.faces import Face
from fers.domain.images import decode_stored
from fers.domain.interfaces import DatasetVersionStore, ImageStore, LabelStore, RecordStore, ReplyStore
from fers.domain.near_duplicates import fingerprint
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.ranges import EVERY_ID, IdRange
from fers.domain.versions import (
    SHARED,
    ConsensusRule,
    DatasetVersion,
    Difference,
    Entry,
    Measures,
    Split,
    content_id,
    difference,
    sha256_of,
)
from fers.errors import AlreadyExists, ImageLost, InvalidInput, NotFound
from fers.exporting.exported_version import ENCODER, cropped, measured
from fers.services.datasets.entries import Opinions, Replies, entry_of, in_splits, portions, without_near_duplicates
from fers.services.faces.images import is_image_of
from fers.services.people.study_text import written

LONGEST_NAME = 60
_CROPS_AT_ONCE = 50
_NAME = re.compile(rf"[A-Za-z0-9][\w.-]{{0,{LONGEST_NAME - 1}}}", re.ASCII)
Progress = Callable[[int, int], None]
"""Called with how many of how many faces are done."""


@dataclass(frozen=True)
class Version:
    """A version as it is today."""

    dataset_version: DatasetVersion
    faces: int

    @property
    def withdrawn(self) -> int:
        """Faces that left since it was frozen."""
        return self.dataset_version.faces - self.faces


class DatasetVersions:
    def __init__(
        self,
        records: RecordStore,
        images: ImageStore,
        labels: LabelStore,
        dataset_versions: DatasetVersionStore,
        replies: ReplyStore,
        now: Clock = utc_now,
    ):
        self._records = records
        self._images = images
        self._labels = labels
        self._versions = dataset_versions
        self._replies = replies
        self._now = now

    def freeze(
        self,
        actor: Person,
        study_id: str,
        name: str,
        chosen: FaceFilter = NO_FILTER,
        consensus: ConsensusRule = ConsensusRule.MAJORITY,
        progress: Progress = lambda done, all: None,
    ) -> DatasetVersion:
        """Freeze the chosen of the study's faces whose people agreed to sharing and to training, as the version `name`.
        What its annotators perceived in each face follows from all the study's labels by the rule `consensus`.

        People keep the split they had in the study's earlier versions. Of near-duplicates in two splits, the one that
        is tested on stays. Raises InvalidInput for a name that can't be used, when there is nothing to freeze, or when
        another version holds the same; and for a group: nobody agreed to be told of in public by that.
        """
        require(actor, Action.SHARE_DATASET, study_id)
        earlier = self._versions.of_study(study_id)
        _check_name(name, earlier)
        if chosen.group is not None:
            raise InvalidInput("version.filtered-by-groups")
        opinions = Opinions(self._labels.labels(study_id), consensus)
        shared, left_out = self._shared(study_id, chosen, opinions)
        study = next(study for study in self._records.studies() if study.id == study_id)
        replies, study_file = Replies(self._replies.replies_in(study_id), study), written(study)
        everything, texts, lost = self._entries(study_id, shared, opinions, replies, earlier, progress)
        entries = without_near_duplicates(everything)
        dataset_version = DatasetVersion(
            id=content_id(study_id, entries, sha256_of(study_file)),
            study_id=study_id,
            name=name,
            created_at=self._now(),
            faces=len(entries),
            people=len({entry.person for entry in entries}),
            left_out=left_out,
            near_duplicates=len(everything) - len(entries),
            consent_texts=tuple(sorted(texts, key=lambda text: (text.version, text.sha256))),
            chosen=chosen,
            consensus=consensus,
            portions=portions(entries),
            study_file=study_file,
            questions=(questions := replies.questions(entries)),
            language=study.language,
            translations=study.translations if questions else (),
            lost=lost,
        )
        self._create(dataset_version, entries)
        self._records.append_audit(
            entry_by(actor, self._now(), "froze a dataset version", dataset_version.id, study_id)
        )
        return dataset_version

    def of_study(self, actor: Person, study_id: str) -> list[Version]:
        """The study's versions, newest first."""
        require(actor, Action.SHARE_DATASET, study_id)
        return [self._version(dataset_version) for dataset_version in self._versions.of_study(study_id)]

    def named(self, actor: Person, study_id: str, name: str) -> Version:
        """The study's version of that name, or whose id begins with it. Raises NotFound."""
        for version in self.of_study(actor, study_id):
            if name == version.dataset_version.name or (len(name) >= 8 and version.dataset_version.id.startswith(name)):
                return version
        raise NotFound("version.not-found", version=name)

    def entries(
        self, actor: Person, version_id: str, split: Split | None = None, among: IdRange = EVERY_ID
    ) -> Iterator[Entry]:
        """What is left of a version in a range of face ids, by face id; of one split, or of all. Raises NotFound."""
        return self._versions.entries(self._get(actor, version_id).id, split, among)

    def compare(self, actor: Person, earlier_id: str, later_id: str) -> Difference:
        """What came and went between two versions of a study. Raises NotFound."""
        earlier, later = self._get(actor, earlier_id), self._get(actor, later_id)
        return difference(self._versions.entries(earlier.id), self._versions.entries(later.id))

    def _get(self, actor: Person, version_id: str) -> DatasetVersion:
        dataset_version = self._versions.version(version_id)
        require(actor, Action.SHARE_DATASET, dataset_version.study_id if dataset_version else None)
        if dataset_version is None:
            raise NotFound("version.gone")
        return dataset_version

    def _version(self, dataset_version: DatasetVersion) -> Version:
        return Version(dataset_version, self._versions.count_entries(dataset_version.id))

    def _shared(self, study_id: str, chosen: FaceFilter, opinions: Opinions) -> tuple[list[Face], int]:
        """The chosen of the study's faces that may be shared, by id, and how many may not."""
        faces, left_out, now = [], 0, self._now()
        for face in self._records.faces():
            if face.study_id != study_id or face.purge_at <= now:
                continue
            if not chosen.takes(face, opinions.found_by(face.id)):
                continue
            if face.purposes >= SHARED:
                faces.append(face)
            else:
                left_out += 1
        if not faces:
            if chosen == NO_FILTER:
                raise InvalidInput("version.nothing-shared")
            raise InvalidInput("version.none-of-these-shared")
        return faces, left_out

    def _entries(
        self,
        study_id: str,
        faces: list[Face],
        opinions: Opinions,
        replies: Replies,
        earlier: list[DatasetVersion],
        progress: Progress,
    ) -> tuple[list[Entry], set[ConsentText], int]:
        """An entry for each face, by id, the words its people agreed to, and how many faces' photos were lost."""
        looked_at, known = self._remembered(earlier)
        texts, entries, lost = {}, [], 0
        crops: dict[str, bytes] = {}
        for number, face in enumerate(faces):
            progress(number, len(faces))
            try:
                if face.consent_id not in texts:
                    texts[face.consent_id] = self._words(face)
                seen = looked_at.get(face.id) or self._look_at(face, crops)
            except NotFound:
                lost += self._records.face(face.id) is not None  # Else it was withdrawn a moment ago.
                continue
            entries.append(entry_of(face, opinions, replies, texts[face.consent_id], *seen))
            if len(crops) >= _CROPS_AT_ONCE:
                self._keep(crops)
        self._keep(crops)
        progress(len(faces), len(faces))
        return in_splits(entries, known, study_id), set(texts.values()), lost

    def _remembered(self, earlier: list[DatasetVersion]) -> tuple[dict[str, tuple[str, Measures]], dict[str, Split]]:
        """From the study's earlier versions: what was seen of each face that holds still, and splits by person."""
        looked_at, splits = {}, {}
        for dataset_version in reversed(earlier):
            for entry in self._versions.entries(dataset_version.id):
                if entry.measures and entry.measures.encoder == ENCODER:
                    looked_at[entry.face_id] = (entry.fingerprint, entry.measures)
                splits[entry.person] = entry.split
        return looked_at, splits

    def _look_at(self, face: Face, crops: dict[str, bytes]) -> tuple[str, Measures]:
        """Its fingerprint and measures. Adds its crop to `crops`. Raises NotFound when its photo is gone or damaged."""
        data = self._images.get(face.id)
        if not is_image_of(face, data):
            raise ImageLost("photo.lost")
        pixels = decode_stored(data)
        crops[face.id] = cropped(pixels, face.box)
        return fingerprint(pixels, face.box), measured(data, crops[face.id])

    def _keep(self, crops: dict[str, bytes]) -> None:
        """So that downloads need not make them again."""
        self._versions.keep_crops(crops, ENCODER)
        crops.clear()

    def _words(self, face: Face) -> ConsentText:
        """What its person agreed to. Raises NotFound when they have withdrawn."""
        for consent in self._records.consents_of(face.person_id):
            if consent.id == face.consent_id:
                return consent.text
        raise NotFound("photo.gone")

    def _create(self, dataset_version: DatasetVersion, entries: list[Entry]) -> None:
        self._require_other_content(dataset_version)
        try:
            self._versions.create_version(dataset_version, entries)
        except AlreadyExists:  # Somebody else has frozen a version since we looked.
            self._require_other_content(dataset_version)
            raise _name_taken(dataset_version.name) from None

    def _require_other_content(self, dataset_version: DatasetVersion) -> None:
        same = self._versions.version(dataset_version.id)
        if same is not None:
            raise InvalidInput("version.unchanged", name=same.name)


def _check_name(name: str, earlier: list[DatasetVersion]) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidInput("version.name", longest=LONGEST_NAME)
    if name in {dataset_version.name for dataset_version in earlier}:
        raise _name_taken(name)


def _name_taken(name: str) -> InvalidInput:
    return InvalidInput("version.name-taken", name=name)
