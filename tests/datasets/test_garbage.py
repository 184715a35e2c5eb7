"""Whatever a file holds, loading it gives faces or a DataError, and reading a face an image or a DataError."""

import json
import zipfile

import pyarrow
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from fers.datasets import DataError, Faults, Meanings, load
from tests.training.faces import drawn_face

CELLS = st.one_of(
    st.sampled_from(
        ["a.png", "images/a.png", "../a.png", "/a.png", "happy", "angry", "NULL", "", "-2", "nan", "inf", "Training"]
    ),
    st.integers(-3, 300).map(str),
    st.integers().map(str),
    st.floats().map(str),
    st.text(max_size=8),
    st.just("a" * 300),
)
TABLES = {
    "ferplus": ("label.csv", "", ["a.png", "box", *"0901000000"]),
    "affectnet": ("training.csv", "", ["a.png", "0", "0", "48", "48", "landmarks", "1", "0.5", "-2"]),
    "fer2013": ("fer2013.csv", "emotion,pixels,Usage\n", ["3", " ".join(["7"] * 2304), "Training"]),
    "manifest": (
        "faces.csv",
        "image,label,happy,valence,arousal,left,top,width,height,split\n",
        ["a.png", "sad", "", "0.5", "", "0", "0", "48", "48", ""],
    ),
}
"""A name, a header and a sound row."""
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | CELLS,
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=6,
)
often = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def give_faces_or_a_data_error(spec):
    try:
        faces = load(spec, Meanings(), Faults())
    except DataError as error:
        assert str(error)
        return
    assert len(faces) == len(faces.names) > 0
    assert faces.targets.sum(axis=1) == pytest.approx(1)
    for index in range(len(faces)):
        try:
            assert faces.image(index).mode == "RGB"
        except DataError as error:
            assert faces.names[index] in str(error)


def _place(kind, folder):
    (folder / "a.png").write_bytes(drawn_face(100))
    table = folder / TABLES[kind][0]
    return table, f"{kind}:{table if kind in ('fer2013', 'manifest') else folder}"


@pytest.mark.parametrize("kind", TABLES)
@often
@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)), headed=st.booleans())
def test_any_bytes(tmp_path, kind, content, headed):
    table, spec = _place(kind, tmp_path)
    table.write_bytes(TABLES[kind][1].encode() * headed + content)
    give_faces_or_a_data_error(spec)


@pytest.mark.parametrize("kind", TABLES)
@often
@given(st.lists(st.dictionaries(st.integers(0, 12), CELLS, max_size=2), max_size=3))
def test_any_cells_in_sound_rows(tmp_path, kind, changes):
    table, spec = _place(kind, tmp_path)
    _, header, sound = TABLES[kind]
    rows = [[changed.get(column, cell) for column, cell in enumerate(sound)] for changed in changes]
    table.write_text(header + "".join(",".join(row) + "\n" for row in rows), encoding="utf-8", errors="replace")
    give_faces_or_a_data_error(spec)


@often
@given(st.fixed_dictionaries(dict.fromkeys(("image", "label", "box", "valence", "arousal"), JSON)))
def test_any_line_of_an_export(tmp_path, record):
    (tmp_path / "a.png").write_bytes(drawn_face(100))
    (tmp_path / "faces.jsonl").write_text(json.dumps(record) + "\n")
    give_faces_or_a_data_error(f"fers:{tmp_path}")


@often
@given(
    image=st.sampled_from(["a.png", "../a.png", None, 3, b"a.png"]),
    label=st.sampled_from(["happy", "", None, 3, 2.5, b"happy", True]),
    happy=st.sampled_from([1, 0, -1, None, 0.5, "3", b"3"]),
    cut=st.none() | st.integers(0, 400),
)
def test_any_parquet(tmp_path, image, label, happy, cut):
    (tmp_path / "a.png").write_bytes(drawn_face(100))
    path = tmp_path / "faces.parquet"
    parquet.write_table(pyarrow.table({"image": [image], "label": [label], "happy": [happy]}), path)
    path.write_bytes(path.read_bytes()[:cut])
    give_faces_or_a_data_error(f"manifest:{path}")


@often
@given(data=JSON, annotations=JSON, result=JSON, value=JSON)
def test_any_export_of_label_studio(tmp_path, data, annotations, result, value):
    (tmp_path / "a.png").write_bytes(drawn_face(100))
    regions = [
        {"id": 1, "value": value, "original_width": result, "original_height": 48},
        {"value": {"choices": value}},
    ]
    tasks = [
        {"data": data, "annotations": annotations},
        {"data": {"image": "a.png"}, "annotations": [{"completed_by": data, "result": result}]},
        {"data": {"image": "a.png"}, "annotations": [{"completed_by": 1, "result": regions}]},
    ]
    (tmp_path / "export.json").write_text(json.dumps(tasks))
    give_faces_or_a_data_error(f"manifest:{tmp_path / 'export.json'}")


@often
@given(document=JSON, images=JSON, annotations=JSON, cells=JSON)
def test_any_json(tmp_path, document, images, annotations, cells):
    (tmp_path / "a.png").write_bytes(drawn_face(100))
    coco = {"images": [{"id": 1, "file_name": "a.png"}], "categories": [{"id": 1, "name": "sad"}]}
    for content in (
        document,
        {"images": images, "annotations": annotations, "categories": cells},
        coco | {"annotations": [{"image_id": 1, "category_id": 1, "bbox": cells}, document]},
        {"image": images, "label": cells},
        {"columns": ["image", cells], "data": [["a.png", "sad"], images, document]},
    ):
        (tmp_path / "t.json").write_text(json.dumps(content))
        give_faces_or_a_data_error(f"manifest:{tmp_path / 't.json'}")


@often
@given(annotation=st.binary(max_size=200), sound=st.integers(0, 128))
def test_any_annotation(tmp_path, annotation, sound):
    header = b"\x93NUMPY\x01\x00v\x00{'descr': '<i8', 'fortran_order': False, 'shape': (), }".ljust(127) + b"\n"
    (tmp_path / "annotations").mkdir(exist_ok=True)
    (tmp_path / "annotations" / "0_exp.npy").write_bytes(header[:sound] + annotation)
    give_faces_or_a_data_error(f"affectnet:{tmp_path}")


@often
@given(
    damage=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8),
    cut=st.integers(1, 400),
)
def test_any_damaged_zip(tmp_path, damage, cut):
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("happy/a.png", drawn_face(100))
        archive.writestr("sad/b.png", drawn_face(50))
    data = bytearray(path.read_bytes())
    for place, byte in damage:
        data[place % len(data)] = byte
    path.write_bytes(data if cut > 200 else data[:-cut])
    give_faces_or_a_data_error(f"folder:{path}")


@often
@given(st.binary(max_size=300))
def test_any_image(tmp_path, content):
    (tmp_path / "happy").mkdir(exist_ok=True)
    (tmp_path / "happy" / "a.png").write_bytes(drawn_face(100)[: 300 - len(content)] + content)
    give_faces_or_a_data_error(f"folder:{tmp_path}")
