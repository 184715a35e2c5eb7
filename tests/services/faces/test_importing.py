"""An existing set becomes faces that are like given ones, and keeps its terms."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from PIL import Image
from skimage import data

from fers.adapters import open_stores
from fers.assembly import assemble
from fers.datasets import DataError, FaceSet, Faults, load
from fers.domain.emotions import Emotion
from fers.domain.evaluation_sets import REVIEWED_FACES, EvaluationLabels, EvaluationSet
from fers.domain.exploring import QUARTERS, FaceFilter
from fers.domain.faces import Source
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR
from fers.domain.versions import LabelSource
from fers.errors import InvalidInput, StoreUnavailable
from fers.services.faces.importing import Terms
from fers.services.models.evaluation_sets import EvaluationSets
from fers.services.people.withdrawal import Removal
from fers.storage.sqlite.database import FILE
from fers.ui.faces.one_face import label_source
from tests.people import OneFace, OneModel, pattern

TERMS = Terms("CC BY 4.0", "Everybody signed.")
VOTES = np.array([[0.1, 0.6, 0.3, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0], [0, 0.5, 0.5, 0, 0, 0, 0, 0]], np.float32)


@pytest.fixture
def study(platform):
    return platform.studies.current()


def faces_of(open) -> FaceSet:
    names = [f"{number}.png" for number in range(len(VOTES))]
    dimensions = np.array([[0.5, -0.5], [np.nan, np.nan], [np.nan, 0]], np.float32)
    return FaceSet("folder:set", names, VOTES, open, Counter(), dimensions)


def small_faces(first: int) -> FaceSet:
    small = data.lfw_subset()[first:]
    return faces_of(lambda index: Image.fromarray((small[index] * 255).astype(np.uint8)))


@pytest.fixture
def faces():
    return small_faces(0)


def test_a_face_that_only_its_set_has_labelled_is_shown_as_the_sets(platform, study, faces):
    platform.importing.add(OPERATOR, study.id, faces, TERMS)
    shown = platform.explore.newest(OPERATOR, study.id, FaceFilter(), 9)
    assert [(found.reviewed, found.by_set_alone) for found in shown] == [(True, True)] * 3
    assert platform.faces.about(OPERATOR, shown[0].face.id).found == shown[0]
    assert label_source(shown[0]) == "Imported dataset"


def test_what_a_set_says_in_decimals_is_handed_on_as_it_says_it(platform, study, faces):
    said = np.array([[0.1, -0.7], [np.nan, np.nan], [0.3, 1]], np.float32)
    platform.importing.add(OPERATOR, study.id, replace(faces, valence_arousal=said), TERMS)
    version = platform.versions.freeze(OPERATOR, study.id, "v1")
    votes = [entry.votes[0] for entry in platform.versions.entries(OPERATOR, version.id)]
    assert {(vote.valence, vote.arousal) for vote in votes} == {(0.1, -0.7), (None, None), (0.3, 1)}
    assert (0.1, 0.6, 0.3, 0, 0, 0, 0, 0) in {tuple(round(share, 12) for share in vote.distribution) for vote in votes}


def test_imported_faces_are_perceived_labels_of_people_nobody_knows(platform, study, faces):
    assert platform.importing.add(OPERATOR, study.id, faces, TERMS).added == 3
    dataset_version = platform.versions.freeze(OPERATOR, study.id, "v1")
    entries = list(platform.versions.entries(OPERATOR, dataset_version.id))
    assert len({entry.person for entry in entries}) == 3
    assert {(entry.source, entry.own_label, entry.label_source) for entry in entries} == {
        (Source.IMPORT, None, LabelSource.ANNOTATORS)
    }
    by_share = {round(entry.votes[0].distribution[1], 3): entry for entry in entries}
    assert by_share[0.6].perceived == Emotion.HAPPY
    assert (by_share[0.6].valence, by_share[0.6].arousal) == (0.5, -0.5)
    assert (by_share[0].perceived, by_share[0].valence) == (Emotion.SAD, None)
    [words] = dataset_version.consent_texts
    assert "CC BY 4.0" in words.body
    assert "Everybody signed." in words.body
    assert "folder:set" in words.body


def test_a_sets_own_labels_are_no_annotators(platform, study, faces, settings, clock):
    """They say what the faces are, and nothing of how people agree."""
    platform.importing.add(OPERATOR, study.id, faces, TERMS)
    before = platform.agreement.report(OPERATOR, study.id)
    assert (before.labels, before.of_sets, before.counts, before.accuracy.keys() & before.counts) == (0, 3, {}, set())
    assert not before.with_sets.is_defined
    found = platform.explore.newest(OPERATOR, study.id, FaceFilter(), 9)
    happy = next(one.face for one in found if one.label is Emotion.HAPPY)
    for name, emotion in (("a", Emotion.HAPPY), ("b", Emotion.SAD)):
        annotator = replace(OPERATOR, id=name * 32)
        platform.review.label(annotator, study.id, happy.id, Verdict.EMOTION, distribution=only(emotion))
    report = platform.agreement.report(OPERATOR, study.id)
    assert (report.labels, report.of_sets, report.counts) == (2, 3, {"a" * 32: 1, "b" * 32: 1})
    assert report.agreement.emotion.labels == 2, "alpha is of people"
    assert set(report.agreement.by_annotator) == {"a" * 32, "b" * 32}
    assert (report.with_sets.value, report.with_sets.faces) == (0.5, 1)
    stores = open_stores(settings, clock)
    evaluation_sets = EvaluationSets(stores.records, stores.face_index, stores.labels, stores.versions)
    assert [len(votes) for votes in evaluation_sets.votes(REVIEWED_FACES).values() if votes] == [2]
    dataset_version = platform.versions.freeze(OPERATOR, study.id, "v1")
    votes = [vote for entry in platform.versions.entries(OPERATOR, dataset_version.id) for vote in entry.votes]
    assert sorted(vote.of_a_set for vote in votes) == [False, False, True, True, True]
    version = EvaluationSet(EvaluationLabels.VERSION, dataset_version.id)
    assert [len(votes) for votes in evaluation_sets.votes(version).values() if votes] == [2]
    assert platform.agreement.proposed(OPERATOR, study.id, 9) == {}, "nobody but the set looked at the others"


def test_imported_faces_are_labelled_by_as_many_annotators_as_any(platform, study, faces):
    platform.studies.update(OPERATOR, replace(study, overlap=2))
    platform.importing.add(OPERATOR, study.id, faces, TERMS)
    for name in "ab":
        annotator = replace(OPERATOR, id=name * 32)
        assert platform.review.progress(annotator, study.id).waiting == 3
        for handed_out in platform.review.next_faces(annotator, study.id, 9):
            happy = only(Emotion.HAPPY)
            platform.review.label(annotator, study.id, handed_out.face_id, Verdict.EMOTION, distribution=happy)
    assert platform.review.next_faces(replace(OPERATOR, id="c" * 32), study.id, 9) == []
    assert platform.agreement.report(OPERATOR, study.id).labels == 2 * 3


def test_a_sets_label_is_no_annotator_where_faces_are_found_by_agreement(platform, study, faces):
    """One annotator and the set are no pair, whatever they say; two annotators are, whatever the set says."""
    platform.importing.add(OPERATOR, study.id, faces, TERMS)
    [face, *_] = [one.face for one in platform.explore.newest(OPERATOR, study.id, FaceFilter(), 9)]
    said = []
    for name in ("a", "b"):
        annotator = replace(OPERATOR, id=name * 32)
        platform.review.label(annotator, study.id, face.id, Verdict.EMOTION, distribution=only(Emotion.FEAR))
        said.append(platform.explore.agreement(OPERATOR, study.id, FaceFilter()))
    assert [sum(shares.values()) for shares in said] == [0, 1]
    assert said[1][QUARTERS[-1]] == 1
    assert platform.agreement.votes(OPERATOR, study.id, face.id) == {Emotion.FEAR: 2}


def test_a_set_that_was_imported_before_its_labels_were_marked_is_marked_when_it_comes_again(
    platform, study, faces, settings, clock
):
    platform.importing.add(OPERATOR, study.id, faces, TERMS)
    labels = open_stores(settings, clock).labels
    for label in list(labels.labels(study.id)):
        labels.remove_label(label.face_id, label.annotator_id)
        labels.add_label(replace(label, of_a_set=False), 9, label.given_at)
    assert platform.agreement.report(OPERATOR, study.id).of_sets == 0
    assert platform.importing.add(OPERATOR, study.id, faces, TERMS).labels == 0
    assert platform.agreement.report(OPERATOR, study.id).of_sets == 3


def test_whom_a_set_names_is_one_person_in_all_its_splits_and_by_no_name(platform, study, faces, settings):
    train = replace(faces, source="manifest:set.csv#train", people=["Ada Lovelace", "", "Ada Lovelace"])
    test = replace(small_faces(3), source="manifest:set.csv#test", people=["Alan Turing", "Ada Lovelace", ""])
    for part in (train, test, train, test):
        platform.importing.add(OPERATOR, study.id, part, TERMS)
    dataset_version = platform.versions.freeze(OPERATOR, study.id, "v1")
    faces_in = Counter((entry.person, entry.split) for entry in platform.versions.entries(OPERATOR, dataset_version.id))
    assert sorted(faces_in.values()) == [1, 1, 1, 3]
    assert not any(b"Lovelace" in file.read_bytes() for file in settings.data.rglob("*") if file.is_file())
    assert all("which pictures show the same person" in words.body for words in dataset_version.consent_texts)


def test_what_a_set_is_imported_under_again_holds_for_what_is_new(platform, study, faces):
    ada = replace(faces, people=["Ada"] * 3)
    some = replace(ada, names=ada.names[:1], targets=ada.targets[:1])
    platform.importing.add(OPERATOR, study.id, some, Terms("CC0", "Everybody signed."))
    platform.importing.add(OPERATOR, study.id, ada, TERMS)
    dataset_version = platform.versions.freeze(OPERATOR, study.id, "v1")
    said = Counter(entry.consent_sha256 for entry in platform.versions.entries(OPERATOR, dataset_version.id))
    words = {text.sha256: text.body for text in dataset_version.consent_texts}
    assert sorted((count, "CC0" in words[sha256]) for sha256, count in said.items()) == [(1, True), (2, False)]
    assert dataset_version.people == 1


def test_an_import_that_was_stopped_goes_on(platform, study, faces):
    def broken(index):
        if index == 1:
            raise OSError("the disk is gone")
        return faces.open(index)

    with pytest.raises(DataError):
        platform.importing.add(OPERATOR, study.id, faces_of(broken), TERMS)
    assert platform.importing.add(OPERATOR, study.id, faces, TERMS).added == 2
    assert platform.importing.add(OPERATOR, study.id, faces, TERMS).added == 0
    assert platform.versions.freeze(OPERATOR, study.id, "v1").faces == 3


def test_the_sets_vote_counts_beside_those_of_annotators_who_were_quicker(settings, clock, faces):
    stores = open_stores(settings, clock)

    class Stopped:
        def add_label(self, *label):
            raise StoreUnavailable("store.unreachable")

        def __getattr__(self, name):
            return getattr(stores.labels, name)

    def assembled(stores):
        return assemble(settings, stores=stores, models=OneModel(), detector=OneFace(), now=clock)

    platform = assembled(stores)
    study = replace(platform.studies.current(), overlap=1)
    platform.studies.update(OPERATOR, study)
    with pytest.raises(StoreUnavailable):
        assembled(replace(stores, labels=Stopped())).importing.add(OPERATOR, study.id, faces, TERMS)
    quick, slow = (replace(OPERATOR, id=name * 32) for name in "ab")
    [handed_out] = platform.review.next_faces(quick, study.id, 5)
    sad = only(Emotion.SAD)
    platform.review.label(quick, study.id, handed_out.face_id, Verdict.EMOTION, distribution=sad)
    assert platform.review.next_faces(slow, study.id, 5) == []
    platform.importing.add(OPERATOR, study.id, faces, TERMS)
    assert handed_out.face_id in {tied.face_id for tied in platform.review.next_faces(slow, study.id, 5)}


def test_in_photos_the_face_is_found(platform, study):
    photos = faces_of(lambda index: Image.fromarray(np.roll(data.astronaut(), index, axis=2)))
    platform.importing.add(OPERATOR, study.id, photos, TERMS, detect=True)
    dataset_version = platform.versions.freeze(OPERATOR, study.id, "v1")
    boxes = {tuple(entry.box.as_list()) for entry in platform.versions.entries(OPERATOR, dataset_version.id)}
    assert boxes == {(160, 60, 120, 120)}


@pytest.mark.parametrize("terms", [Terms("", "Everybody signed."), Terms("CC0", " ")])
def test_without_terms_nothing_is_imported(platform, study, faces, terms):
    with pytest.raises(InvalidInput, match="missing"):
        platform.importing.add(OPERATOR, study.id, faces, terms)
    with pytest.raises(InvalidInput, match="No face may be shared"):
        platform.versions.freeze(OPERATOR, study.id, "v1")


def test_an_imported_face_can_be_removed_with_the_person_it_stands_for(platform, study, faces, settings):
    platform.importing.add(OPERATOR, study.id, faces, TERMS)
    face, *others = (found.face for found in platform.explore.newest(OPERATOR, study.id, FaceFilter(), 9))
    assert face.person_id.encode() in _database(settings)
    platform.withdrawal.remove(OPERATOR, study.id, face.id, Removal.TERMS)
    assert [found.face for found in platform.explore.newest(OPERATOR, study.id, FaceFilter(), 9)] == others
    assert face.person_id.encode() not in _database(settings)
    assert platform.doctor.examine() == []
    again = platform.importing.add(OPERATOR, study.id, faces, TERMS)
    assert (again.added, again.known, again.removed) == (0, 2, 1), "nor does the same set bring it back"
    assert face.person_id.encode() not in _database(settings)


def test_what_was_kept_until_its_date_does_not_come_again(platform, study, faces, settings, clock):
    """Else it would be taken away at the next look for what people took back."""
    platform.importing.add(OPERATOR, study.id, faces, TERMS)
    clock.moment += timedelta(days=study.retention_days + 1)
    assert platform.withdrawal.purge_due() == 3
    assert list(open_stores(settings).records.people()) == [], "whom they stood for goes with them"
    again = platform.importing.add(OPERATOR, study.id, faces, TERMS)
    assert (again.added, again.removed) == (0, 3)


def _database(settings) -> bytes:
    """All that SQLite holds, its write-ahead log included."""
    return b"".join(file.read_bytes() for file in settings.data.glob(f"{FILE}*"))


def test_several_annotators_of_a_set_are_several_in_the_study_and_by_no_name(platform, study, tmp_path, settings):
    for number in range(2):
        (tmp_path / f"{number}.png").write_bytes(pattern(number))
    rows = ["0.png,happy,Grace Hopper", "0.png,sad,2", "1.png,sad,Grace Hopper", "1.png,sad,2"]
    (tmp_path / "set.csv").write_text("\n".join(["image,label,annotator", *rows]))
    faces = load(f"manifest:{tmp_path / 'set.csv'}")
    assert platform.importing.add(OPERATOR, study.id, faces, TERMS).labels == 4
    again = platform.importing.add(OPERATOR, study.id, faces, TERMS)
    assert (again.added, again.known, again.labels) == (0, 2, 0)
    dataset_version = platform.versions.freeze(OPERATOR, study.id, "v1")
    entries = sorted(platform.versions.entries(OPERATOR, dataset_version.id), key=lambda entry: entry.perceived is None)
    assert [[vote.distribution.index(1) for vote in entry.votes] for entry in entries][0] == [Emotion.SAD] * 2
    assert {vote.distribution.index(1) for vote in entries[1].votes} == {Emotion.HAPPY, Emotion.SAD}
    assert sorted(platform.agreement.report(OPERATOR, study.id).counts.values()) == [2, 2]
    assert not any(b"Hopper" in file.read_bytes() for file in settings.data.rglob("*") if file.is_file())


def test_a_picture_that_cannot_be_used_is_named_and_the_others_are_imported(platform, study, tmp_path):
    (tmp_path / "a.png").write_bytes(pattern(0))
    (tmp_path / "b.png").write_bytes(pattern(1)[:99])
    (tmp_path / "set.csv").write_text(
        "image,label,left,top,width,height\nb.png,sad,,,,\na.png,sad,900,0,20,20\na.png,happy,,,,\n"
    )
    faces, faults = load(f"manifest:{tmp_path / 'set.csv'}"), Faults()
    imported = platform.importing.add(OPERATOR, study.id, faces, TERMS, faults=faults)
    assert (imported.added, imported.known, faults.count) == (1, 0, 2)
    [broken, outside] = faults.told()
    assert "set.csv, row 2: b.png: This can't be read as an image" in broken
    assert "set.csv, row 3: a.png: The box [900, 0, 20, 20] lies outside the picture" in outside
    (tmp_path / "b.png").write_bytes(pattern(1))
    mended = platform.importing.add(OPERATOR, study.id, faces, TERMS, faults=Faults())
    assert (mended.added, mended.known) == (1, 1)
