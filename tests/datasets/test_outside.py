"""What other people's programs write, and what used to be read wrongly without a word."""

import io
import json
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet

from fers.datasets import DataError, Faults, Meanings, load
from fers.datasets.columns import UnknownColumns
from fers.datasets.recognising import format_of
from fers.datasets.words import Vocabulary
from fers.domain.emotions import Emotion
from tests.training.faces import drawn_face


@pytest.fixture
def folder(tmp_path):
    for number, name in enumerate(("a.png", "b.png", "c.png")):
        (tmp_path / name).write_bytes(drawn_face(10 + 10 * number))
    return tmp_path


def read(folder, text, *asked, name="t.csv"):
    (folder / name).write_text(text, encoding="utf-8")
    return load(f"manifest:{folder / name}", *asked)


def words_of(faces):
    return [Emotion(label).label for label in faces.labels]


@pytest.mark.parametrize("columns", ["xmin,ymin,xmax,ymax", "x,y,w,h"])
def test_a_box_in_shares_of_the_picture_is_no_face_of_one_pixel(folder, columns):
    with pytest.raises(DataError, match=r"row 2: The box .* seems to be in shares of the picture's sides"):
        read(folder, f"image,label,{columns}\na.png,happy,0.1,0.2,0.6,0.8\n")


@pytest.mark.parametrize(
    "column",
    [
        *("bbox", "Face Box", "x_center", "boxes", "crop_box", "box_coordinates", "face_bbox_xyxy", "ROI"),
        *("faceRectangle", "region_shape_attributes"),
    ],
)
def test_a_box_that_may_be_read_in_two_ways_is_not_passed_over(folder, column):
    with pytest.raises(DataError, match=f"The column “{column}” seems to hold a box"):
        read(folder, f'image,label,{column}\na.png,happy,"[1, 2, 30, 40]"\n')
    both = read(folder, f'image,label,{column},x,y,w,h\na.png,happy,"[1, 2, 30, 40]",1,2,30,40\n')
    assert both.image(0).size == (30, 40)


@pytest.mark.parametrize(
    ("columns", "numbers"),
    [
        ("face_box_top,face_box_left,face_box_right,face_box_bottom", "8,4,24,40"),  # As ExpW's list has it.
        ("bbox_x,bbox_y,bbox_w,bbox_h", "4,8,20,32"),
        ("Box-Left,Box-Top,Box-Width,Box-Height", "4,8,20,32"),
        ("faceRectangle.left,faceRectangle.top,faceRectangle.width,faceRectangle.height", "4,8,20,32"),
        ("bndbox.xmin,bndbox.xmax,bndbox.ymin,bndbox.ymax", "4,24,8,40"),
        ("Roi.X1,Roi.Y1,Roi.X2,Roi.Y2", "4,8,24,40"),
        ("x0,y0,x1,y1", "4,8,24,40"),
        ("detection_x,detection_y,detection_w,detection_h", "4,8,20,32"),
        ("xtl,ytl,xbr,ybr", "4,8,24,40"),
        ("left_px,top_px,right_px,bottom_px", "4,8,24,40"),
        ("left,top,right,bottom,width,height", "4,8,24,40,48,48"),
        ("bbox_x,bbox_y,bbox_w,bbox_h,face_x,face_y,face_w,face_h", "0,0,48,48,4,8,20,32"),
    ],
)
def test_a_box_is_known_by_what_its_columns_say_it_is_of(folder, columns, numbers):
    """Passed over, the whole picture was the face, and two faces in it one with two annotators."""
    assert read(folder, f"image,label,{columns}\na.png,happy,{numbers}\n").image(0).size == (20, 32)


@pytest.mark.parametrize(
    "columns",
    [
        "x_left,y_top,x_right,y_bottom",
        "top_left_x,top_left_y,bottom_right_x,bottom_right_y",
        "bbox_0,bbox_1,bbox_2,bbox_3",
        "bbox_center_x,bbox_center_y,bbox_w,bbox_h",
        "x1,y1,w,h",
        "xmin,xmax,row",
    ],
)
def test_columns_that_seem_to_hold_a_box_are_not_passed_over(folder, columns):
    with pytest.raises(DataError, match="seems to hold a box"):
        read(folder, f"image,label,{columns}\na.png,happy{',9' * (columns.count(',') + 1)}\n")


@pytest.mark.parametrize(
    "columns",
    [
        "checkbox,correct,region,direct",
        "x,y",
        "width,height",
        "x_0,y_0,x_1,y_1,x_2,y_2,x_3,y_3",
        "x1,y1,x2,y2,x3,y3",
        "face_id,face_width",
    ],
)
def test_points_and_sizes_are_no_box(folder, columns):
    faces = read(folder, f"image,label,{columns}\na.png,happy{',9' * (columns.count(',') + 1)}\n")
    assert faces.image(0).size == (48, 48)


def test_a_list_without_a_header_is_told_to_have_one_whatever_parts_it(folder):
    """As RAF-DB's and ExpW's lists come."""
    with pytest.raises(DataError, match="The first row doesn't name the columns"):
        read(folder, "a.png 4\nb.png 5\n", name="list.txt")


def test_a_quotation_mark_that_never_closes_swallows_no_rows(folder):
    with pytest.raises(DataError, match=r"t\.csv, row 2: A quotation mark opens here and never closes"):
        read(folder, 'image,label,note\na.png,happy,"he said\nb.png,sad,\nc.png,fear,\n', Meanings(), Faults())
    assert words_of(read(folder, 'image,label,note\na.png,happy,"he\nsaid"\nb.png,sad,"x"')) == ["happy", "sad"]


def test_rows_of_commas_are_no_rows(folder):
    assert words_of(read(folder, "image,label,\na.png,happy,\n,,\n , ,\nb.png,sad,\n")) == ["happy", "sad"]


def test_json_lines_leave_out_what_is_empty(folder):
    rows = [{"image": "a.png", "label": "happy"}, {"image": "b.png", "label": "sad", "x": 1, "y": 1, "w": 20, "h": 9}]
    faces = read(folder, "\n".join(map(json.dumps, rows)), name="t.jsonl")
    assert [faces.image(index).size for index in range(2)] == [(48, 48), (20, 9)]


def test_json_may_have_a_record_a_line_whatever_it_is_called(folder):
    from datasets import Dataset

    rows = {"image": ["a.png", "b.png"], "label": ["happy", "sad"]}
    Dataset.from_dict(rows).to_json(folder / "t.json")
    assert words_of(load(f"manifest:{folder / 't.json'}")) == ["happy", "sad"]
    assert words_of(read(folder, '{"image": "a.png", "label": "sad"}\n', name="t.json")) == ["sad"]
    with pytest.raises(DataError, match="This is not JSON"):
        read(folder, '{"image": "a.png"} and more\n', name="t.json")


def test_votes_for_no_emotion_count_as_in_fer_plus(folder):
    """`fer2013new.csv` is how FER+ is distributed."""
    header = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n"
    rows = (
        "Training,a.png,0,2,0,0,0,0,0,0,0,8\nTraining,b.png,0,0,0,0,0,0,0,0,9,1\nTraining,c.png,5,0,0,1,0,0,0,0,4,0\n"
    )
    faces = read(folder, header + rows)
    assert (faces.names, words_of(faces)) == (["c.png"], ["neutral"])
    assert dict(faces.dropped) == {"NF by most votes": 1, "unknown by most votes": 1}


def test_classes_may_be_marked_as_true(folder):
    assert words_of(read(folder, "image,happy,sad\na.png,True,False\nb.png,false,true\n")) == ["happy", "sad"]


def test_two_columns_of_one_emotions_votes_are_refused(folder):
    for columns in ("happy,happy", "anger,Angry"):
        with pytest.raises(DataError, match="More than one column counts the votes"):
            read(folder, f"image,{columns},sad\na.png,1,0,1\n")


def test_a_number_names_the_same_person_with_and_without_a_fraction(folder):
    """As pandas writes it, once somebody else has no number."""
    rows = "image,label,person,annotator\na.png,happy,3.0,7.0\na.png,sad,3.0,8\nb.png,sad,3,7\nc.png,fear,003,7\n"
    faces = read(folder, rows)
    assert faces.people == ["3", "3", "003"]
    assert [vote.annotator for vote in faces.votes[0]] == ["7", "8"]


@pytest.mark.parametrize(
    "names", ["imageName,Emotion,subjectID", "File-Name,label,Participant Id", "img,label,ActorID"]
)
def test_a_column_is_known_however_its_name_is_put_together(folder, names):
    """Whoever is not known in two pictures would be in the training split and in the test split."""
    faces = read(folder, f"{names}\na.png,happy,s1\nb.png,sad,s1\n")
    assert (words_of(faces), faces.people) == (["happy", "sad"], ["s1", "s1"])


def test_programs_write_in_words_that_nothing_is_known(folder):
    """NA may be somebody's name, so that it is one."""
    rows = ["a.png,happy,nan,NaN,NA,0.5", "b.png,sad,NULL,None,NaN,null", "c.png,fear,NA,7,0.1,N/A"]
    faces = read(folder, "image,label,person,annotator,valence,arousal\n" + "\n".join(rows))
    assert faces.people == ["", "", "NA"]
    assert [*faces.votes] == [2]
    known = np.array([[np.nan, 0.5], [np.nan, np.nan], [0.1, np.nan]], np.float32)
    assert np.array_equal(faces.valence_arousal, known, equal_nan=True)
    assert words_of(read(folder, "image,happy,sad,x,y,w,h\na.png,NA,1,NA,NA,NA,NA\n")) == ["sad"]


def test_commas_part_numbers_also_where_tabs_part_columns(folder):
    """As spreadsheets save "Unicode text" in most of Europe."""
    faces = read(folder, "image\tlabel\tvalence\tarousal\na.png\thappy\t0,5\t-0,25\n", name="t.txt")
    assert faces.valence_arousal.tolist() == [[0.5, -0.25]]


def test_marks_that_nobody_sees_belong_to_no_word(folder):
    assert words_of(read(folder, "image,label\na.png,\u200bhappy\u00a0\nb.png,sad\ufeff\n")) == ["happy", "sad"]


def test_a_turned_box_of_label_studio_is_where_it_was_drawn(folder):
    """It is turned about its top left corner: by a right angle it comes to lie left of it."""
    Image.new("RGB", (200, 100)).save(folder / "a.png")
    value = {"x": 50, "y": 10, "width": 25, "height": 40, "rotation": 90, "rectanglelabels": ["Fear"]}
    region = value | {"original_width": 200, "original_height": 100}
    faces = read(folder, json.dumps([{"image": "a.png", "label": [region]}]), name="t.json")
    assert faces.image(0).size == (40, 50)
    with pytest.raises(DataError, match="lies outside the picture"):  # More than half of it.
        read(folder, json.dumps([{"image": "a.png", "label": [region | {"x": 5}]}]), name="t.json")


def test_of_two_answers_about_one_region_none_is_the_last_one(folder):
    """Label Studio lists them in the order of somebody's clicks."""
    place = {"x": 0, "y": 0, "width": 50, "height": 50}
    results = [
        {"id": "r1", "original_width": 48, "original_height": 48, "from_name": name, "value": place | words}
        for name, words in (
            ("box", {"rectanglelabels": ["Face"]}),
            ("first", {"choices": ["Happy"]}),
            ("second", {"choices": ["Surprise"]}),
        )
    ]

    def with_results(*chosen):
        task = {"data": {"image": "a.png"}, "annotations": [{"completed_by": 1, "result": chosen}]}
        return read(folder, json.dumps([task]), name="t.json")

    assert words_of(with_results(*results[:2])) == ["happy"]
    with pytest.raises(DataError, match="Several questions were answered about one region"):
        with_results(*results)


def tables_of(name: str, size: tuple[int, int], right: int, bottom: int) -> list:
    """One happy face in a picture of this size, from its upper left corner on, as three tools write it."""
    width, height = size
    coco = {
        "images": [{"id": 1, "file_name": name, "width": width, "height": height}],
        "categories": [{"id": 1, "name": "happy"}],
        "annotations": [{"image_id": 1, "category_id": 1, "bbox": [0, 0, right, bottom]}],
    }
    place = {"x": 0, "y": 0, "width": 100 * right / width, "height": 100 * bottom / height}
    region = {"original_width": width, "original_height": height, "rectanglelabels": ["Happy"]} | place
    head = "filename,width,height,class,xmin,ymin,xmax,ymax"
    return [
        pytest.param(f"{head}\n{name},{width},{height},happy,0,0,{right},{bottom}\n", id="a table of TensorFlow's"),
        pytest.param(json.dumps(coco), id="COCO"),
        pytest.param(json.dumps([{"image": name, "label": [region]}]), id="Label Studio"),
    ]


@pytest.mark.parametrize("table", tables_of("a.jpg", (60, 40), 20, 30))
def test_a_box_that_was_drawn_in_a_picture_of_another_size_is_cut_from_none(tmp_path, table):
    """One that was resized since, or of a phone that was held upright, which some tools don't see."""
    exif = Image.Exif()
    name = "t.json" if table[0] in "[{" else "t.csv"
    Image.new("RGB", (60, 40)).save(tmp_path / "a.jpg")
    assert read(tmp_path, table, name=name).image(0).size == (20, 30)
    exif[0x112] = 6
    Image.new("RGB", (60, 40)).save(tmp_path / "a.jpg", exif=exif)
    with pytest.raises(DataError, match="drawn in a picture of 60 x 40, but this one is 40 x 60"):
        read(tmp_path, table, name=name).image(0)


@pytest.mark.parametrize("table", tables_of("a.png", (24, 24), 24, 24))
def test_a_box_that_fills_a_smaller_picture_is_no_corner_of_a_larger_one(folder, table):
    faces = read(folder, table, name="t.json" if table[0] in "[{" else "t.csv")
    with pytest.raises(DataError, match="drawn in a picture of 24 x 24, but this one is 48 x 48"):
        faces.image(0)


def of_coco(**annotation):
    images, categories = [{"id": 1, "file_name": "a.png"}], [{"id": 1, "name": "happy"}]
    annotations = [{"image_id": 1, "category_id": 1} | annotation]
    return json.dumps({"images": images, "categories": categories, "annotations": annotations})


@pytest.mark.parametrize("twice", ["images", "categories"])
def test_two_things_of_one_id_in_coco_are_not_taken_for_each_other(folder, twice):
    table = json.loads(of_coco())
    table[twice].append({"id": 1, "file_name": "b.png", "name": "sad"})
    with pytest.raises(DataError, match="two images or two categories have the same id"):
        read(folder, json.dumps(table), name="t.json")


def test_cells_of_json_belong_together_by_their_keys(folder):
    columns = {"image": {"0": "a.png", "1": "b.png"}, "label": {"1": "sad", "0": "happy"}}
    with pytest.raises(DataError, match="This is no table"):
        read(folder, json.dumps(columns), name="t.json")


def test_a_turned_box_of_cvat_is_where_it_was_drawn(folder):
    """It is turned about its centre, and its numbers are those from before."""
    turned = of_coco(bbox=[10, 20, 20, 4], attributes={"occluded": False, "rotation": 90.0})
    face = read(folder, turned, name="t.json").image(0)
    assert (face.size, face.tobytes()) == (
        (4, 20),
        Image.open(folder / "a.png").convert("RGB").crop((18, 12, 22, 32)).tobytes(),
    )
    straight = of_coco(bbox=[10, 20, 20, 4], attributes={"rotation": 0.0})
    assert read(folder, straight, name="t.json").image(0).size == (20, 4)


def test_an_annotation_of_coco_without_a_box_is_what_its_outline_is_around(folder):
    faces = read(folder, of_coco(bbox=[], segmentation=[[10, 5, 30, 9, 20, 40], [12, 4, 13, 6]]), name="t.json")
    assert faces.image(0).size == (20, 36)


@pytest.mark.parametrize(
    ("annotation", "what"),
    [
        ({"segmentation": {"counts": [9, 4], "size": [48, 48]}}, "has no box, but a mask pixel by pixel"),
        ({"bbox": [1, 2, 3]}, "has a box or a mask that is not as COCO writes them"),
        ({"bbox": {"x": 1, "y": 2, "w": 3, "h": 4}}, "has a box or a mask that is not as COCO writes them"),
        ({"segmentation": [["1", 2, 3, 4]]}, "has a box or a mask that is not as COCO writes them"),
    ],
)
def test_what_coco_has_instead_of_a_box_is_refused_by_its_name(folder, annotation, what):
    with pytest.raises(DataError, match=f"the annotation 7 {what}"):
        read(folder, of_coco(id=7, **annotation), name="t.json")


@pytest.mark.parametrize(
    ("annotation", "size"),
    [
        ({"segmentation": [10, 5, 30, 9, 20, 40]}, (20, 35)),  # One polygon without a list of its own.
        ({"bbox": [4, 8, 20, 32], "segmentation": {"counts": "x", "size": [48, 48]}}, (20, 32)),
        ({"segmentation": [[]], "attributes": {"rotation": 30}}, (48, 48)),
    ],
)
def test_an_annotation_of_coco_has_a_box_its_outline_or_all_of_the_picture(folder, annotation, size):
    assert read(folder, of_coco(**annotation), name="t.json").image(0).size == size


NESTED = [
    {"face": {"x": 4, "y": 8, "w": 20, "h": 32, "score": 0.9}},
    {"bbox": {"left": 4, "top": 8, "width": 20, "height": 32}},
    {"face": {"bbox": {"x1": 4, "y1": 8, "x2": 24, "y2": 40}}},
    {"region": {"x": 4, "y": 8, "w": 20, "h": 32, "left_eye": [9, 9]}},  # As DeepFace has it.
]


@pytest.mark.parametrize("box", NESTED)
@pytest.mark.parametrize("name", ["t.jsonl", "one.json", "t.json", "t.parquet"])
def test_a_box_that_is_an_object_is_read_as_columns_are(folder, box, name):
    """Passed over, the whole picture was the face."""
    records = [{"image": "a.png", "label": "happy"} | box, {"image": "b.png", "label": "sad", next(iter(box)): None}]
    if name == "t.parquet":
        parquet.write_table(pa.Table.from_pylist(records), folder / name)
        faces = load(f"manifest:{folder / name}")
    else:
        told = {
            "t.jsonl": "\n".join(map(json.dumps, records)),
            "one.json": json.dumps(records[0]),
            "t.json": json.dumps(records),
        }
        faces = read(folder, told[name], name=name)
    assert [faces.image(index).size for index in range(len(faces))] == [(20, 32), (48, 48)][: len(faces)]


@pytest.mark.parametrize(
    "box",
    [{"face": {"x": 4, "y": 8}}, {"faces": [{"x": 4, "y": 8, "w": 20, "h": 32}]}, {"face": {"box": [4, 8, 2, 3]}}],
)
@pytest.mark.parametrize("name", ["t.jsonl", "t.json", "t.parquet"])
def test_half_of_a_box_or_many_in_json_are_not_passed_over(folder, box, name):
    records = [{"image": "a.png", "label": "happy"} | box]
    parquet.write_table(pa.Table.from_pylist(records), folder / "t.parquet")
    with pytest.raises(DataError, match="seems to hold a box"):
        if name == "t.parquet":
            load(f"manifest:{folder / name}")
        read(folder, json.dumps(records if name == "t.json" else records[0]), name=name)


@pytest.mark.parametrize("name", ["t.jsonl", "t.json"])
def test_a_row_whose_box_is_no_object_as_those_of_others_is_named(folder, name):
    boxes = {"a.png": {"x": 4, "y": 8, "w": 20, "h": 32}, "b.png": [4, 8, 20, 32], "c.png": None}
    records = [{"image": image, "label": "happy", "bbox": box} for image, box in boxes.items()]
    text, faults = json.dumps(records) if name == "t.json" else "\n".join(map(json.dumps, records)), Faults()
    faces = read(folder, text, Meanings(), faults, name=name)
    assert (faces.names, faults.count) == (["a.png", "c.png"], 1)
    assert "row 2: The column “bbox” seems to hold a box" in str(faults)


def test_other_boxes_beside_a_box_do_not_matter(folder):
    others = {"faces": [{"x": 1, "y": 1, "w": 9, "h": 9}], "face": {"x": 4, "y": 8, "w": 20, "h": 32}}
    faces = read(folder, json.dumps({"image": "a.png", "label": "happy"} | others), name="t.jsonl")
    assert faces.image(0).size == (20, 32)


def test_regions_of_label_studio_are_labels_whatever_they_are_called(folder):
    region = {"x": 50, "y": 0, "width": 50, "height": 100, "rectanglelabels": ["Happy"]}
    task = {"image": "a.png", "face": [region | {"original_width": 48, "original_height": 48}]}
    faces = read(folder, json.dumps([task]), Meanings(columns={"label": "face"}), name="t.json")
    assert (words_of(faces), faces.image(0).size) == (["happy"], (24, 48))


@pytest.mark.parametrize(
    "shape", [{"x": 50, "y": 50, "radiusX": 10, "radiusY": 20}, {"points": [[1, 1], [9, 1], [9, 9]]}, {"rle": [1, 2]}]
)
def test_a_region_of_label_studio_that_is_no_rectangle_is_not_the_whole_picture(folder, shape):
    region = shape | {"original_width": 48, "original_height": 48, "labels": ["Happy"]}
    with pytest.raises(DataError, match="The region is no rectangle"):
        read(folder, json.dumps([{"image": "a.png", "label": [region]}]), name="t.json")


def test_a_width_may_be_that_of_the_box(folder):
    rows = "image,label,x1,y1,x2,y2,width,height\na.png,happy,2,2,22,32,20,30\nb.png,sad,1,1,9,9,,\n"
    faces = read(folder, rows)
    assert [faces.image(index).size for index in range(2)] == [(20, 30), (8, 8)]


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.struct([("bytes", pa.binary())])], ids=str)
def test_parquet_may_hold_images_as_bytes(tmp_path, kind):
    pictures = [drawn_face(10), drawn_face(30)]
    images = [{"bytes": data} for data in pictures] if pa.types.is_struct(kind) else pictures
    table = {"image": pa.array(images, kind), "label": [b"happy", b"sad"]}
    parquet.write_table(pa.table(table), tmp_path / "t.parquet", row_group_size=1)
    faces = load(f"manifest:{tmp_path / 't.parquet'}")
    assert words_of(faces) == ["happy", "sad"]
    assert [faces.image(index, "L").getpixel((0, 0)) for index in range(2)] == [
        Image.open(io.BytesIO(data)).convert("L").getpixel((0, 0)) for data in pictures
    ]


def test_a_table_of_hugging_faces_may_say_only_where_its_images_lie(folder):
    images = pa.array([{"bytes": None, "path": "a.png"}], pa.struct([("bytes", pa.binary()), ("path", pa.string())]))
    parquet.write_table(pa.table({"image": images, "label": [["happy"]]}), folder / "t.parquet")
    faces = load(f"manifest:{folder / 't.parquet'}")
    assert (faces.image(0).size, words_of(faces)) == ((48, 48), ["happy"])


@pytest.mark.parametrize(
    ("table", "images"),
    [("{}.csv", "{}"), ("{}_labels.csv", "{}"), ("{}.csv", "images/{}"), ("annotations/list_{}2017.csv", "{}2017")],
)
def test_the_images_of_a_split_lie_in_a_folder_of_its_name(tmp_path, table, images):
    """Where both splits count their images from 1, none may be taken for the other's."""
    for number, split in enumerate(("test", "train")):
        for path, content in (
            (tmp_path / images.format(split) / "1.png", drawn_face(10 + 40 * number)),
            (tmp_path / table.format(split), b"image,label\n1.png,happy\n"),
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    splits = {
        split: load(f"manifest:{tmp_path}#{(tmp_path / table.format(split)).stem}") for split in ("test", "train")
    }
    assert {split: faces.names for split, faces in splits.items()} == {
        split: [f"{images.format(split)}/1.png"] for split in ("test", "train")
    }


def as_raf_db(path, **tables):
    """RAF-DB as it lies on Kaggle: tables have the bare names, folders the classes."""
    classes = {"train_1.jpg": "4", "train_2.jpg": "1", "test_1.jpg": "7"}
    pictures = {
        f"DATASET/{name.split('_')[0]}/{number}/{name}": drawn_face(40 * at)
        for at, (name, number) in enumerate(classes.items())
    }
    rows = {split: [f"{name},{number}" for name, number in classes.items() if split in name] for split in tables}
    return zipped(
        path, **pictures, **{table: "\n".join(["image,label", *rows[split]]) for split, table in tables.items()}
    )


def test_pictures_that_a_table_names_may_lie_in_class_folders(tmp_path):
    path = as_raf_db(tmp_path / "raf.zip", train="train_labels.csv", test="test_labels.csv")
    assert format_of(path) == "manifest"
    faces = load(f"manifest:{path}#train_labels", Meanings(Vocabulary.parsed(["raf-db"])))
    assert (faces.names, words_of(faces)) == (
        ["DATASET/train/4/train_1.jpg", "DATASET/train/1/train_2.jpg"],
        ["happy", "surprise"],
    )


def test_no_other_splits_picture_is_taken_for_one_that_is_missing(tmp_path):
    table = "image,label\ntest_1.jpg,happy\n1.jpg,happy\n"
    path = zipped(
        tmp_path / "s.zip",
        **{"test/a/test_1.jpg": drawn_face(10), "train/a/1.jpg": drawn_face(20), "test_labels.csv": table},
    )
    faults = Faults()
    assert load(f"manifest:{path}", faults=faults).names == ["test/a/test_1.jpg"]
    assert "1.jpg" in " ".join(faults.told())


@pytest.mark.parametrize(("train", "test"), [("train", "test"), ("Training", "testing")])
def test_a_row_of_one_split_is_of_no_picture_in_another_ones_folder(tmp_path, train, test):
    """A picture of the test split that was missing was one of the training split, with the other one's label."""
    rows = f"1.png,happy,{train}\n1.png,sad,{test}\n2.png,fear,{test}\n"
    pictures = {"train/1.png": drawn_face(10), "test/1.png": drawn_face(20), "train/2.png": drawn_face(30)}
    path = zipped(tmp_path / "s.zip", **pictures, **{"t.csv": f"image,label,usage\n{rows}"})
    faults = Faults()
    assert load(f"manifest:{path}#{train}", faults=faults).names == ["train/1.png"]
    assert load(f"manifest:{path}#{test}", faults=faults).names == ["test/1.png"]
    assert faults.told() == [f"{path}/t.csv, row 4: There is no file “2.png”."]


@pytest.mark.parametrize("name", ["{split}-{number:05}-of-00002.parquet", "{split}/{number:04}.parquet"])
def test_the_shards_of_a_split_are_one(tmp_path, name):
    for split in ("train", "test"):
        for number in range(2):
            path = tmp_path / name.format(split=split, number=number)
            path.parent.mkdir(exist_ok=True)
            parquet.write_table(pa.table({"image": [drawn_face(10 + number)], "label": ["happy"]}), path)
    assert len(load(f"manifest:{tmp_path}#train")) == 2
    with pytest.raises(DataError, match="several splits \\(test and train\\)"):
        load(f"manifest:{tmp_path}")


def test_arrow_is_refused_by_its_name(tmp_path):
    from datasets import Dataset

    Dataset.from_dict({"image": ["a.png"], "label": ["happy"]}).save_to_disk(tmp_path / "kept")
    with pytest.raises(DataError, match="This is an Arrow file"):
        load(f"{format_of(tmp_path / 'kept')}:{tmp_path / 'kept'}")
    pd.DataFrame({"image": ["a.png"], "label": ["happy"]}).to_feather(tmp_path / "t.feather")
    with pytest.raises(DataError, match="This is an Arrow file"):
        load(f"manifest:{tmp_path / 't.feather'}")


def zipped(path, **members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_face_of_two_people_shows_that_the_column_names_those_who_labelled(folder):
    """As experiments are exported: every picture came in as one of whoever saw it first."""
    table = "participant,image,label\np1,a.png,happy\np1,b.png,sad\np2,a.png,sad\n"
    with pytest.raises(DataError, match=r"t\.csv: row 4: The rows about a\.png.*“p1”, “p2”\. If the column names who"):
        read(folder, table, Meanings(), Faults())
    faces = read(folder, table, Meanings(columns={"annotator": "participant", "person": ""}))
    assert (faces.people, [vote.annotator for vote in faces.votes[0]]) == (None, ["p1", "p2"])
    same = read(folder, "image,label,person\na.png,happy,s1\na.png,sad,\na.png,sad,s1\nb.png,sad,s2\n")
    assert same.people == ["s1", "s2"]
    boxed = "image,label,person,x,y,w,h\na.png,happy,s1,0,0,20,40\na.png,sad,s2,24,0,20,40\n"
    assert read(folder, boxed).people == ["s1", "s2"]


@pytest.mark.parametrize(("name", "files"), [("1.png", ("happy/1.png", "sad/1.png")), ("1", ("1.jpg", "1.png"))])
def test_of_several_pictures_of_a_name_it_is_said_that_there_are(tmp_path, name, files):
    table = {"t.csv": f"image,label\n{name},sad\n"}
    path = zipped(tmp_path / "s.zip", **dict.fromkeys(files, drawn_face(10)), **table)
    with pytest.raises(DataError, match=f"could be the file “{name}”: “{files[0]}”, “{files[1]}”. Write its folder"):
        load(f"manifest:{path}")


@pytest.mark.parametrize("name", ["C:\\\\Bilder\\\\a.png", "a"])
def test_a_table_in_other_words_beside_its_pictures_asks_which_columns_are_what(tmp_path, name):
    table = f"Datei;Ausdruck;VP\n{name};happy;1\n"
    path = zipped(tmp_path / "s.zip", **{"Bilder/a.png": drawn_face(10), "Liste.csv": table})
    assert format_of(path) == "manifest"
    with pytest.raises(UnknownColumns, match="image or label"):
        load(f"manifest:{path}")


def test_a_table_about_something_else_beside_numbered_folders_is_none_of_faces(tmp_path):
    beside = {"1/1.png": drawn_face(10), "2/2.png": drawn_face(20), "classes.csv": "number,word\n1,happy\n2,sad\n"}
    assert format_of(zipped(tmp_path / "s.zip", **beside)) == "folder"


def test_archives_within_an_archive_are_said_to_be_there(tmp_path):
    zipped(tmp_path / "inner.zip", **{"happy/a.png": drawn_face(10)})
    outer = zipped(tmp_path / "outer.zip", **{"inner.zip": (tmp_path / "inner.zip").read_bytes(), "a.tar": b""})
    with pytest.raises(DataError, match=r"holds no pictures, but archives: a\.tar and inner\.zip"):
        load(f"folder:{outer}")


def test_json_beside_class_folders_may_be_about_anything(tmp_path):
    beside = {"happy/a.png": drawn_face(10), "dataset-metadata.json": '{"title": "Faces", "licenses": [1]}'}
    assert format_of(zipped(tmp_path / "s.zip", **beside)) == "folder"
    table = json.dumps([{"image": "happy/a.png", "label": "sad"}])
    assert format_of(zipped(tmp_path / "t.zip", **(beside | {"faces.json": table}))) == "manifest"


def test_links_lead_to_folders_that_lie_elsewhere(tmp_path):
    (tmp_path / "elsewhere/happy").mkdir(parents=True)
    (tmp_path / "elsewhere/happy/a.png").write_bytes(drawn_face(10))
    (tmp_path / "elsewhere/around").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "set").mkdir()
    (tmp_path / "set/train").symlink_to(tmp_path / "elsewhere")
    assert load(f"folder:{tmp_path / 'set'}#train").names == ["train/happy/a.png"]


@pytest.mark.parametrize("kind", ["png", "tif", "pgm"])
@pytest.mark.parametrize("boxed", [False, True])
def test_gray_of_16_bits_is_not_clipped_to_white(tmp_path, kind, boxed):
    levels = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (64, 1))
    Image.fromarray(levels).save(tmp_path / f"a.{kind}")
    box = (",x,y,w,h", ",0,0,64,64") if boxed else ("", "")
    faces = read(tmp_path, f"image,label{box[0]}\na.{kind},happy{box[1]}\n")
    for mode in ("RGB", "L"):
        assert np.abs(np.asarray(faces.image(0, mode).convert("L")) - np.round(levels / 257)).max() <= 1


@pytest.mark.parametrize("kind", [np.float32, np.int32])
def test_pixels_of_no_known_range_are_refused(tmp_path, kind):
    Image.fromarray(np.zeros((64, 64), kind)).save(tmp_path / "a.tif")
    faces = read(tmp_path, "image,label\na.tif,happy\n")
    with pytest.raises(DataError, match=r"a\.tif: This can't be read .*its pixels are fractions or 32 bits"):
        faces.image(0)


def test_lists_of_numbered_classes_are_named(tmp_path):
    from datasets import ClassLabel, Dataset, Features, Sequence, Value

    (tmp_path / "a.png").write_bytes(drawn_face(10))
    features = Features({"image": Value("string"), "labels": Sequence(ClassLabel(names=["sad", "joy"]))})
    Dataset.from_dict({"image": ["a.png"], "labels": [[0, 1]]}, features).to_parquet(tmp_path / "t.parquet")
    faces = load(f"manifest:{tmp_path / 't.parquet'}", Meanings(Vocabulary.parsed(["joy=happy"])))
    assert faces.targets[0][[Emotion.HAPPY, Emotion.SAD]].tolist() == [0.5, 0.5]


@pytest.mark.parametrize("box", ["0.45,0.4,0.58,0.6", "-0.05,0.7,0.4,0.4", "0.9,0.1,0.9,0.9"])
def test_a_box_in_shares_that_sticks_out_is_no_face_of_one_pixel_either(folder, box):
    """All other rows of such a table are refused: these came in, as faces of a pixel."""
    with pytest.raises(DataError, match="seems to be in shares of the picture's sides"):
        read(folder, f"image,label,x,y,w,h\na.png,happy,{box}\n")


def test_a_table_may_be_called_as_the_folder_of_its_images(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images/a.png").write_bytes(drawn_face(10))
    assert read(tmp_path, "image,label\na,happy\n", name="images.csv").names == ["images/a.png"]


@pytest.mark.parametrize(
    "text", ['<?xml version="1.0"?>\n<annotations></annotations>', "<!DOCTYPE html>\n<html></html>"]
)
def test_xml_is_no_table_of_one_column(folder, text):
    with pytest.raises(DataError, match="This is XML or a web page.*COCO"):
        read(folder, text, name="annotations.xml")


def test_of_very_many_columns_the_first_are_named(folder):
    """Of OpenFace's tables it was a page of names."""
    columns = ",".join(f"landmark_{number}" for number in range(700))
    with pytest.raises(DataError, match=r"“landmark_28”, …\. Say in an import") as refused:
        read(folder, f"image,{columns}\n")
    assert len(refused.value.fields["there"]) == 701


def test_valence_on_another_scale_is_refused_with_a_way_out(folder):
    table = "image,label,valence,arousal\na.png,happy,7,3\n"
    with pytest.raises(
        DataError, match="not both from -1 to 1. Bring all of them to that range, or say that no column"
    ):
        read(folder, table)
    assert read(folder, table, Meanings(columns={"valence": "", "arousal": ""})).valence_arousal is None


def transparent(mode):
    """White skin right, and left what was cut away, whose colour is still there."""
    picture = Image.new("RGBA", (64, 64), (10, 20, 30, 0))
    picture.paste((200, 200, 200, 255), (32, 0, 64, 64))
    return picture.quantize(8) if mode == "P" else picture.convert(mode)


@pytest.mark.parametrize(
    ("mode", "kind"), [("RGBA", "png"), ("LA", "png"), ("P", "png"), ("RGBA", "tif"), ("RGBA", "webp")]
)
@pytest.mark.parametrize("boxed", [False, True])
def test_what_is_transparent_is_white_as_in_photos(tmp_path, mode, kind, boxed):
    """Of a face cut out of its background came to light what was hidden, and the app would see another picture."""
    transparent(mode).save(tmp_path / f"a.{kind}", **({"lossless": True, "exact": True} if kind == "webp" else {}))
    box = (",x,y,w,h", ",0,0,64,64") if boxed else ("", "")
    faces = read(tmp_path, f"image,label{box[0]}\na.{kind},happy{box[1]}\n")
    for read_as in ("RGB", "L"):
        image = faces.image(0, read_as).convert("L")
        assert [image.getpixel((x, 9)) for x in (9, 50)] == [255, 200]


@pytest.mark.parametrize("answer", ["reject", "ignore"])
def test_a_label_that_was_rejected_in_prodigy_is_left_out(folder, answer):
    """It was taken for one that stands."""
    rows = [{"image": "a.png", "label": "happy", "answer": "accept"}, {"image": "b.png", "label": "sad"}]
    rows[1]["answer"] = answer
    faces = read(folder, "\n".join(map(json.dumps, rows)), name="faces.jsonl")
    assert faces.names == ["a.png"] and faces.dropped == {f"with the answer {answer}": 1}
