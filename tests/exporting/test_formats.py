"""Every format, read by the library that it is made for, or as that library would."""

import hashlib
import io
import json
import tarfile
from dataclasses import replace

import pytest
from PIL import Image
from pyarrow import parquet

from fers import config
from fers.assembly import assemble
from fers.domain.people import OPERATOR
from fers.domain.versions import Split
from fers.exporting.archive import FORMATS, SUMS
from fers.exporting.exported_version import Cut
from fers.exporting.formats import coco
from tests.exporting import versions
from tests.exporting.versions import described
from tests.people import OneFace, OneModel


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    """A store that these tests only read."""
    settings = replace(config.load({}), data=tmp_path_factory.mktemp("store") / "data")
    return assemble(settings, models=OneModel(), detector=OneFace())


@pytest.fixture(scope="module")
def faces(platform):
    return versions.freeze_four(platform)


@pytest.fixture
def download(platform, faces):
    return lambda format, cut=Cut.CROP: versions.download(platform, format, cut)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("cut", Cut)
def test_every_format_holds_every_face_and_true_checksums(download, faces, format, cut):
    archive = download(format, cut)
    assert {record["id"] for record in described(archive)} == set(faces)
    sums = dict(reversed(line.split("  ")) for line in archive.read(SUMS).decode().splitlines())
    assert set(sums) == set(archive.namelist()) - {SUMS}
    assert all(hashlib.sha256(archive.read(name)).hexdigest() == sum for name, sum in sums.items())


def test_the_same_version_is_the_same_bytes(platform, faces):
    study = platform.studies.current()
    once, again = (b"".join(platform.downloads.open(OPERATOR, study.id, "v1", "coco").zip()) for _ in range(2))
    assert once == again


def test_image_folder_names_every_image_in_its_splits_table(download, faces):
    archive = download("imagefolder")
    for split in Split:
        images = [name for name in archive.namelist() if name.startswith(f"{split}/") and name.endswith(".jpg")]
        rows = parquet.read_table(archive.open(f"{split}/metadata.parquet")).to_pylist() if images else []
        assert [f"{split}/{row['file_name']}" for row in rows] == images
        for row in rows:
            face = faces[row["file_name"].removesuffix(".jpg")]
            assert row["label"] == row["posed"] == face.answer.label
            assert row["felt"] is None
            assert Image.open(archive.open(f"{split}/{row['file_name']}")).size == (224, 224)


def test_whole_photos_are_the_stored_bytes_and_have_their_box(download, faces):
    archive = download("imagefolder", Cut.WHOLE)
    for record in described(archive):
        face = faces[record["id"]]
        assert hashlib.sha256(archive.read(record["image"])).hexdigest() == face.image.sha256
        assert record["box"] == face.box.as_list()


def test_class_folders_hold_what_has_a_class(download, faces):
    images = [name for name in download("folders").namelist() if name.endswith(".jpg")]
    assert sorted(name.split("/")[1] for name in images) == ["1_happy", "2_sad", "4_fear"]


def test_webdataset_shards_are_tar_files_whose_samples_stand_together(download, faces):
    archive = download("webdataset")
    found = {}
    for shard in (name for name in archive.namelist() if name.endswith(".tar")):
        with tarfile.open(fileobj=archive.open(shard)) as tar:
            names = tar.getnames()
            assert [name.split(".")[0] for name in names] == sorted(name.split(".")[0] for name in names)
            for name in names:
                found[name] = tar.extractfile(name).read()
    for face_id, face in faces.items():
        assert Image.open(io.BytesIO(found[f"{face_id}.jpg"])).size == (224, 224)
        assert json.loads(found[f"{face_id}.json"])["id"] == face_id
        assert found[f"{face_id}.cls"] == (b"-1" if face.answer.label is None else b"%d" % face.answer.label)


@pytest.mark.slow
def test_tensorflow_reads_the_records(download, faces, tmp_path):
    import tensorflow as tf

    archive = download("tfrecord")
    shards = [archive.extract(name, tmp_path) for name in archive.namelist() if name.endswith(".tfrecord")]
    wanted = {
        "image/encoded": tf.io.FixedLenFeature([], tf.string),
        "image/class/label": tf.io.FixedLenFeature([], tf.int64),
        "valence": tf.io.FixedLenFeature([], tf.float32),
        "arousal": tf.io.VarLenFeature(tf.float32),
        "metadata": tf.io.FixedLenFeature([], tf.string),
    }
    read = [tf.io.parse_single_example(record, wanted) for record in tf.data.TFRecordDataset(shards)]
    assert len(read) == len(faces)
    for example in read:
        face = faces[json.loads(example["metadata"].numpy())["id"]]
        assert example["image/class/label"] == (-1 if face.answer.label is None else face.answer.label)
        assert tf.io.decode_jpeg(example["image/encoded"]).shape == (224, 224, 3)
        assert example["valence"] == 0.5
        assert example["arousal"].values.shape == (0,)


def test_coco_names_boxes_and_categories(download, faces):
    archive = download("coco", Cut.WHOLE)
    for split in Split:
        said = json.loads(archive.read(f"annotations/{split}.json"))
        categories = {category["id"]: category["name"] for category in said["categories"]}
        images = {image["id"]: image["file_name"] for image in said["images"]}
        for annotation in said["annotations"]:
            face = faces[images[annotation["image_id"]].split("/")[1].removesuffix(".jpg")]
            assert categories[annotation["category_id"]] == face.answer.label.label
            assert annotation["bbox"] == face.box.as_list()


def test_coco_labels_stay_with_their_images_when_somebody_withdraws_in_between(platform, faces):
    """The list of annotations is read after that of images."""
    exported = platform.downloads.exported(OPERATOR, platform.studies.current().id, "v1", Cut.CROP)
    everybody = sorted((e for split in Split for e in exported.entries(split)), key=lambda entry: entry.face_id)
    readings = iter((everybody, [], [], everybody, everybody[1:]))  # For the pictures of three splits, and two lists.
    leaving = replace(exported, entries=lambda split: iter(next(readings)))
    lists = next(member for member in coco(leaving) if member.name == "annotations/train.json")
    said = json.loads(b"".join(lists.chunks))
    images = {image["id"]: image["file_name"] for image in said["images"]}
    assert len(images) == len(faces)
    for annotation in said["annotations"]:
        assert images[annotation["image_id"]] == f"images/{annotation['attributes']['id']}.jpg"


def test_affectnet_tables_are_read_as_affectnet(download, tmp_path, faces):
    from fers.datasets import load

    download("affectnet", Cut.WHOLE).extractall(tmp_path)
    read = load(f"affectnet:{tmp_path}#training")
    for index, name in enumerate(read.names):
        face = faces[name.split("/")[-1].removesuffix(".jpg")]
        assert read.labels[index] == face.answer.label
        assert read.image(index).size == (face.box.width, face.box.height)


def test_the_words_that_people_agreed_to_are_there(platform, download):
    archive = download("folders")
    [words] = [name for name in archive.namelist() if name.startswith("consent/")]
    assert archive.read(words).decode() == platform.consents.text().body


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_croissant_validates_and_reads_the_faces(download, faces, tmp_path):
    import mlcroissant

    download("imagefolder").extractall(tmp_path)
    dataset = mlcroissant.Dataset(jsonld=tmp_path / "croissant.json")
    assert not dataset.metadata.ctx.issues.errors
    read = {record["faces/id"].decode() for record in dataset.records("faces")}
    assert read == set(faces)
