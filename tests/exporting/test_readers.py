"""Every format in the hands of the library it is made for, over a study that readers which guess types stumble on: one
person says more than the others, one class is in one split only, and many faces have no label."""

import json
from dataclasses import replace

import numpy as np
import pandas
import polars
import pytest
from pyarrow import parquet

from fers import config
from fers.assembly import assemble
from fers.domain.emotions import LABELS, Emotion
from fers.domain.faces import Answer, Display
from fers.domain.people import OPERATOR
from fers.domain.versions import Split
from fers.exporting.exported_version import Cut
from tests.people import OneFace, OneModel, give_face, participant, pattern

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
PEOPLE = 24


def _answer(number: int) -> Answer:
    if number == 8:  # The talkative one is alone in saying so much, and the only one afraid.
        return Answer(
            Emotion.FEAR, before_prediction=True, display=Display.FELT, intensity=3, valence=0.5, arousal=-0.25
        )
    label = None if number % 3 == 0 else (Emotion.HAPPY, Emotion.SAD)[number % 2]
    return Answer(label, before_prediction=True)


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    """The store, and what people said, by face id. Two patterns that look alike in two splits cost a face, at times."""
    settings = replace(config.load({}), data=tmp_path_factory.mktemp("store") / "data")
    platform = assemble(settings, models=OneModel(), detector=OneFace())
    given = [
        give_face(platform, participant(platform, f"{n}@example.org"), _answer(n), pattern(n)) for n in range(PEOPLE)
    ]
    version = platform.versions.freeze(OPERATOR, platform.studies.current().id, "v1")
    frozen = {entry.face_id for entry in platform.versions.entries(OPERATOR, version.id)}
    return platform, {face.id: face.answer.label for face in given if face.id in frozen}


@pytest.fixture(scope="module")
def labels(faces):
    return faces[1]


@pytest.fixture(scope="module")
def export(faces, tmp_path_factory):
    """Writes the version in a format, once for all tests; returns the folder."""
    platform, _ = faces
    folder = tmp_path_factory.mktemp("exports")

    def export(format):
        if not (folder / format).exists():
            study = platform.studies.current()
            platform.downloads.write(OPERATOR, study.id, "v1", format, Cut.CROP, folder / format)
        return folder / format

    return export


@pytest.fixture
def load_dataset(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    datasets.disable_progress_bars()
    return lambda *arguments, **more: datasets.load_dataset(*arguments, cache_dir=str(tmp_path / "cache"), **more)


def _sizes(folder) -> dict[str, int]:
    """How many faces each split holds that has some, by the exported version's own list."""
    rows = [json.loads(line) for line in (folder / "faces.jsonl").read_text().splitlines()]
    counts = {split.value: sum(row["split"] == split for row in rows) for split in Split}
    return {split: count for split, count in counts.items() if count}


def _classes(loaded, labels, id_of, label_of) -> None:
    for split in loaded.values():
        for row in split:
            assert label_of(row) == labels[id_of(row)]


@pytest.mark.parametrize("how", ["folder", "parquet"])
def test_datasets_loads_parquet_with_its_types(export, labels, load_dataset, how):
    folder = export("parquet")
    loaded = load_dataset(str(folder)) if how == "folder" else load_dataset("parquet", data_dir=str(folder))
    assert {name: split.num_rows for name, split in loaded.items()} == _sizes(folder)
    for split in loaded.values():
        assert split.features["label"].names == list(LABELS)
        assert split.features == loaded["train"].features
        assert split[0]["image"].size == (224, 224)
    _classes(loaded, labels, lambda row: row["id"], lambda row: row["label"])


def test_datasets_before_4_0_knows_the_types(export):
    """It has no type called List: huggingface/datasets#7676."""
    schema = parquet.read_schema(next(export("parquet").glob("data/train-*.parquet")))
    features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert isinstance(features["votes"], list)
    assert '"List"' not in json.dumps(features)


def test_the_types_are_those_that_datasets_writes_itself(export, tmp_path, load_dataset):
    import datasets

    ours = load_dataset(str(export("parquet")))["train"]
    ours.to_parquet(tmp_path / "theirs.parquet")
    theirs = parquet.read_schema(tmp_path / "theirs.parquet")
    mine = parquet.read_schema(next(export("parquet").glob("data/train-*.parquet")))
    assert datasets.Features.from_arrow_schema(mine) == datasets.Features.from_arrow_schema(theirs)
    assert mine.names == theirs.names


def test_datasets_loads_the_image_folder(export, labels, load_dataset):
    folder = export("imagefolder")
    loaded = load_dataset("imagefolder", data_dir=str(folder))
    assert {name: split.num_rows for name, split in loaded.items()} == _sizes(folder)
    assert all(split.features["label"].names == list(LABELS) for split in loaded.values())
    _classes(loaded, labels, lambda row: row["id"], lambda row: row["label"])


def test_datasets_loads_the_webdataset(export, labels, load_dataset):
    folder = export("webdataset")
    loaded = load_dataset("webdataset", data_dir=str(folder))
    assert {name: split.num_rows for name, split in loaded.items()} == _sizes(folder)
    _classes(loaded, labels, lambda row: row["__key__"], lambda row: None if row["cls"] == -1 else row["cls"])
    talkative = next(row["json"] for split in loaded.values() for row in split if row["json"]["label"] == "fear")
    assert (talkative["felt"], talkative["valence"], talkative["intensity"]) == ("fear", 0.5, 3)


def test_webdataset_decodes_the_shards(export, labels):
    import webdataset

    shards = sorted(map(str, export("webdataset").glob("*.tar")))
    samples = webdataset.WebDataset(shards, shardshuffle=False).decode("rgb8").to_tuple("__key__", "jpg", "cls")
    read = {key: (image.shape, label) for key, image, label in samples}
    assert read == {key: ((224, 224, 3), -1 if label is None else label) for key, label in labels.items()}


@pytest.mark.parametrize("split", Split)
def test_torchvision_numbers_class_folders_as_fers_does(export, labels, split):
    from torchvision.datasets import ImageFolder

    read = ImageFolder(str(export("folders") / split), allow_empty=True)
    assert [name.split("_")[1] for name in read.classes] == list(LABELS)
    assert all(labels[path.rsplit("/", 1)[1].removesuffix(".jpg")] == number for path, number in read.samples)


def test_keras_numbers_class_folders_as_fers_does(export, labels):
    import keras

    read = keras.utils.image_dataset_from_directory(str(export("folders") / "train"), verbose=False, shuffle=False)
    assert [name.split("_")[1] for name in read.class_names] == list(LABELS)
    numbers = np.concatenate([batch.numpy() for _, batch in read])
    names = [path.rsplit("/", 1)[1].removesuffix(".jpg") for path in read.file_paths]
    assert all(labels[name] == number for name, number in zip(names, numbers, strict=True))


def test_tensorflow_reads_the_records_by_one_description(export, labels):
    import tensorflow as tf

    described = {
        "image/encoded": tf.io.FixedLenFeature([], tf.string),
        "image/class/label": tf.io.FixedLenFeature([], tf.int64),
        "valence": tf.io.FixedLenFeature([], tf.float32, np.nan),
        "metadata": tf.io.FixedLenFeature([], tf.string),
    }
    files = sorted(map(str, export("tfrecord").glob("*.tfrecord")))
    read = [tf.io.parse_single_example(record, described) for record in tf.data.TFRecordDataset(files)]
    said = {json.loads(one["metadata"].numpy())["id"]: int(one["image/class/label"]) for one in read}
    assert said == {key: -1 if label is None else label for key, label in labels.items()}


def test_tables_have_the_same_types_in_every_split_and_reader(export, labels):
    files = sorted(export("parquet").glob("data/*.parquet"))
    assert len({parquet.read_schema(file) for file in files}) == 1
    assert polars.read_parquet(files).height == len(labels)  # It refuses files that differ.
    assert len(pandas.read_parquet(files[0].parent)) == len(labels)
    tables = sorted(export("imagefolder").glob("*/metadata.parquet"))
    assert len({parquet.read_schema(file) for file in tables}) == 1


@pytest.mark.parametrize("format", ["coco", "affectnet"])
def test_the_other_tables_number_classes_alike(export, labels, format):
    folder, found = export(format), {}
    if format == "coco":
        for file in (folder / "annotations").iterdir():
            read = json.loads(file.read_text())
            assert [category["name"] for category in read["categories"]] == list(LABELS)
            found |= {one["attributes"]["id"]: one["category_id"] for one in read["annotations"]}
    else:
        table = pandas.concat(map(pandas.read_csv, folder.glob("*.csv")))
        known = table[table.expression != 9]
        names = known.subDirectory_filePath.str.extract(r"images/(\w+)\.jpg")[0]
        found = dict(zip(names, known.expression, strict=True))
    assert found == {key: label for key, label in labels.items() if label is not None}


def test_the_datasheet_says_the_numbers_and_columns(export):
    sheet = (export("parquet") / "DATASHEET.md").read_text()
    assert "0 neutral, 1 happy, 2 sad, 3 surprise, 4 fear, 5 disgust, 6 anger, 7 contempt" in sheet
    assert "- `label` (class)" in sheet


def test_mlcroissant_reads_every_release(export, labels):
    import mlcroissant

    for format in ("parquet", "folders"):
        dataset = mlcroissant.Dataset(jsonld=export(format) / "croissant.json")
        assert not dataset.metadata.ctx.issues.errors
        records = list(dataset.records("faces"))
        assert {record["faces/id"].decode() for record in records} == set(labels)
