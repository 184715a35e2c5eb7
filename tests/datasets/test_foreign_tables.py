"""Tables as other programs write them: spreadsheets, pandas, annotation tools, other people's scripts."""

import csv
import json
import unicodedata
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fers.datasets import DataError, Faults, Meanings, load
from fers.datasets.words import Vocabulary
from fers.domain.emotions import Emotion
from tests.training.faces import drawn_face

HAPPY_AND_SAD = {"image": ["a.png", "b.png"], "label": ["happy", "sad"]}


@pytest.fixture
def folder(tmp_path):
    for number, name in enumerate(("a.png", "b.png", "c.png")):
        (tmp_path / name).write_bytes(drawn_face(10 + 10 * number))
    return tmp_path


def labels_of(path, *asked):
    return [Emotion(label).label for label in load(f"manifest:{path}", *asked).labels]


@pytest.mark.parametrize("separator", [";", "\t", "|", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_pandas_writes_it_in_any_way(folder, separator, encoding):
    frame = pd.DataFrame(HAPPY_AND_SAD | {"note": ["one, or two", "a; b"]})
    frame.to_csv(folder / "t.csv", sep=separator, encoding=encoding, index=False)
    assert labels_of(folder / "t.csv") == ["happy", "sad"]


def test_excel_is_told_of_its_separator_in_a_line_of_its_own(folder):
    (folder / "t.csv").write_text("sep=;\r\nimage;label\r\na.png;happy\r\nb.png;sad\r\n")
    assert labels_of(folder / "t.csv") == ["happy", "sad"]


@pytest.mark.parametrize(
    "text",
    [
        "image,label\na.png,happy,\nb.png,sad,,\n",
        'image, label\na.png, happy\n"b.png", "sad"\n',
        "image   label\na.png happy\nb.png    sad \n",
        "image,label,landmarks\na.png,happy," + "0 " * 100_000 + "\nb.png,sad,\n",
    ],
    ids=["commas at the end", "spaces after commas", "spaces alone", "very long cells"],
)
def test_tables_written_by_hand_or_by_scripts_are_read(folder, text):
    (folder / "t.txt").write_text(text)
    assert load(f"manifest:{folder / 't.txt'}").labels.tolist() == [Emotion.HAPPY, Emotion.SAD]


def test_where_semicolons_part_columns_commas_part_numbers(folder):
    (folder / "t.csv").write_text("image;label;valence;arousal\na.png;happy;0,5;-0,25\n")
    assert load(f"manifest:{folder / 't.csv'}").valence_arousal.tolist() == [[0.5, -0.25]]


def test_a_table_that_names_no_columns_is_told_to(folder):
    (folder / "t.csv").write_text("a.png,happy\nb.png,sad\n")
    with pytest.raises(DataError, match="row 1: The first row doesn't name the columns.*such as: image,label"):
        load(f"manifest:{folder / 't.csv'}")


def test_an_old_encoding_is_refused_with_a_way_out(folder):
    pd.DataFrame({"image": ["a.png"], "label": ["happy"], "note": ["fröhlich"]}).to_csv(
        folder / "t.csv", encoding="cp1252", index=False
    )
    with pytest.raises(DataError, match=r"perhaps in Windows-1252 .*Save it as what spreadsheets call CSV UTF-8"):
        labels_of(folder / "t.csv")


def test_tables_that_are_no_text_are_refused_by_their_name(folder):
    with zipfile.ZipFile(folder / "t.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    pd.DataFrame(HAPPY_AND_SAD).to_csv(folder / "t.csv.gz", index=False)
    pd.DataFrame(HAPPY_AND_SAD).to_parquet(folder / "t.csv")
    for name, what in {"t.xlsx": "a spreadsheet", "t.csv.gz": "compressed by gzip", "t.csv": "Parquet"}.items():
        with pytest.raises(DataError, match=f"This is {what}"):
            labels_of(folder / name)


@pytest.mark.parametrize(
    ("image", "label"),
    [
        ("file_name", "label"),
        ("Path", "Emotion"),
        ("FILENAME", "Expression"),
        ("image path", "class"),
        ("pth", "label"),
        ("Img-Name", "Category"),
    ],
)
def test_columns_go_by_their_usual_names_in_any_case(folder, image, label):
    pd.DataFrame({image: HAPPY_AND_SAD["image"], label: HAPPY_AND_SAD["label"]}).to_csv(folder / "t.csv")
    assert labels_of(folder / "t.csv") == ["happy", "sad"]


def test_a_column_of_any_other_name_can_be_named(folder):
    pd.DataFrame({"picture": ["a.png"], "mood": ["sad"], "path": ["/elsewhere/a"]}).to_csv(folder / "t.csv")
    with pytest.raises(DataError, match="More than one column could be the image: “path”, “picture”"):
        labels_of(folder / "t.csv")
    with pytest.raises(
        DataError, match="no column that FERS knows as label. Columns here: “”, “picture”, “mood”, “path”"
    ):
        labels_of(folder / "t.csv", Meanings(columns={"image": "picture"}))
    with pytest.raises(DataError, match="no column “humour”"):
        labels_of(folder / "t.csv", Meanings(columns={"image": "picture", "label": "humour"}))
    assert labels_of(folder / "t.csv", Meanings(columns={"image": "picture", "label": "Mood"})) == ["sad"]


def test_each_annotators_row_is_a_label(folder):
    rows = [("a.png", "happy", "x"), ("a.png", "sad", "y"), ("b.png", "sad", "x"), ("b.png", "sad", "y")]
    pd.DataFrame(rows, columns=["image", "label", "Rater"]).to_csv(folder / "t.csv", index=False)
    faces = load(f"manifest:{folder / 't.csv'}")
    assert faces.targets[:, [Emotion.HAPPY, Emotion.SAD]].tolist() == [[0.5, 0.5], [0, 1]]
    assert [[(vote.annotator, vote.target[Emotion.HAPPY]) for vote in faces.votes[face]] for face in (0, 1)] == [
        [("x", 1), ("y", 0)],
        [("x", 0), ("y", 0)],
    ]


def test_rows_that_name_no_annotator_are_of_several_all_the_same(folder):
    pd.DataFrame({"image": ["a.png"] * 3 + ["b.png"], "label": ["happy", "sad", "happy", "fear"]}).to_csv(
        folder / "t.csv"
    )
    faces = load(f"manifest:{folder / 't.csv'}")
    assert faces.targets[0][[Emotion.HAPPY, Emotion.SAD]] == pytest.approx([2 / 3, 1 / 3])
    assert len({vote.annotator for vote in faces.votes[0]}) == 3
    assert 1 not in faces.votes


def test_one_annotators_second_thoughts_are_a_fault(folder):
    pd.DataFrame({"image": ["a.png"] * 2, "label": ["happy", "sad"], "annotator": [7, 7]}).to_csv(folder / "t.csv")
    faults = Faults()
    assert labels_of(folder / "t.csv", Meanings(), faults) == ["happy"]
    assert str(faults).endswith("t.csv, row 3: The annotator “7” has labelled a.png already.")


def test_valence_of_several_annotators_is_the_mean_of_who_gave_one(folder):
    frame = pd.DataFrame(
        {"image": ["a.png"] * 3, "label": ["happy"] * 3, "rater": list("xyz"), "valence": [0.2, 0.6, None]}
    )
    frame.to_csv(folder / "t.csv")
    assert load(f"manifest:{folder / 't.csv'}").valence_arousal[0] == pytest.approx([0.4, np.nan], nan_ok=True)


def test_two_boxes_in_one_picture_are_two_faces(folder):
    rows = {
        "image": ["a.png"] * 2,
        "label": ["happy", "sad"],
        "xmin": [0, 24],
        "ymin": [0, 0],
        "xmax": [24, 48],
        "ymax": [48, 48],
    }
    pd.DataFrame(rows).to_csv(folder / "t.csv")
    faces = load(f"manifest:{folder / 't.csv'}")
    assert [faces.image(index).size for index in range(2)] == [(24, 48), (24, 48)]
    assert not faces.votes


@pytest.mark.parametrize("box", [(500, 500, 50, 50), (47, 0, 40, 48), (0, 40, 48, 48)])
def test_a_box_outside_its_picture_is_named_when_it_is_read(folder, box):
    (folder / "t.csv").write_text(f"image,label,left,top,width,height\na.png,sad,{','.join(map(str, box))}\n")
    faces = load(f"manifest:{folder / 't.csv'}")
    with pytest.raises(
        DataError, match=r"t\.csv, row 2: a\.png: The box .* lies outside the picture, which is 48 x 48"
    ):
        faces.image(0)


def test_a_box_that_sticks_out_a_little_is_cut(folder):
    (folder / "t.csv").write_text("image,label,left,top,width,height\na.png,sad,-4,30,48,24\n")
    assert load(f"manifest:{folder / 't.csv'}").image(0).size == (44, 18)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("zipped", [False, True])
def test_a_name_has_its_accents_in_either_form(folder, form, zipped):
    other = {"NFC": "NFD", "NFD": "NFC"}[form]
    (folder / unicodedata.normalize(form, "Zoë.png")).write_bytes(drawn_face(90))
    (folder / "t.csv").write_text(f"image,label\n{unicodedata.normalize(other, 'Zoë')}.png,sad\n", encoding="utf-8")
    if zipped:
        with zipfile.ZipFile(folder / "set.zip", "w") as archive:
            for file in (*folder.glob("*.png"), folder / "t.csv"):
                archive.write(file, file.name)
    faces = load(f"manifest:{folder / ('set.zip' if zipped else 't.csv')}")
    assert faces.image(0).size == (48, 48)


def test_a_mac_does_not_say_that_names_in_a_zip_are_utf_8(tmp_path):
    name = unicodedata.normalize("NFD", "happy/Zoë.png")
    (tmp_path / "set.zip").write_bytes(_without_utf8_flags(tmp_path / "set.zip", name))
    assert load(f"folder:{tmp_path / 'set.zip'}").names == [unicodedata.normalize("NFC", name)]


def _without_utf8_flags(path, name) -> bytes:
    """A zip of one picture, as Python writes it, but for what it says of its names."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, drawn_face(90))
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place + 1] &= ~0x08
    return bytes(data)


TASK = {
    "id": 1,
    "data": {"image": "/data/upload/3/1a2b3c4d-a.png"},
    "annotations": [
        {
            "id": 11,
            "completed_by": {"id": 5, "email": "rater@example.org"},
            "was_cancelled": False,
            "result": [
                {
                    "id": "r1",
                    "type": "choices",
                    "from_name": "choice",
                    "to_name": "image",
                    "value": {"choices": ["Happy"]},
                }
            ],
        },
        {"id": 12, "completed_by": 6, "result": [{"id": "r2", "type": "choices", "value": {"choices": ["Sad"]}}]},
        {"id": 13, "completed_by": 7, "was_cancelled": True, "result": []},
    ],
}
"""As https://labelstud.io/guide/export documents it."""


COCO = {
    "images": [{"id": 7, "file_name": "a.png"}, {"id": 9, "file_name": "b.png"}],
    "categories": [{"id": 1, "name": "Happy"}, {"id": 2, "name": "sad"}],
    "annotations": [
        {"id": 1, "image_id": 9, "category_id": 2, "bbox": [1, 2, 30.0, 31.0]},
        {"id": 2, "image_id": 7, "category_id": 1},
    ],
}


@pytest.mark.parametrize("place", ["_annotations.coco.json", "annotations/instances.json"])
def test_cocos_annotations_are_faces(folder, place):
    (folder / "annotations").mkdir()
    (folder / place).write_text(json.dumps(COCO))
    faces = load(f"manifest:{folder}")
    assert faces.labels.tolist() == [Emotion.SAD, Emotion.HAPPY]
    assert [faces.image(index).size for index in range(2)] == [(30, 31), (48, 48)]
    (folder / place).write_text(json.dumps(COCO | {"categories": [{"id": 1}]}))
    with pytest.raises(DataError, match="some annotation has no image or no category"):
        load(f"manifest:{folder}")


@pytest.mark.parametrize("orient", ["columns", "index", "list", "records", "split"])
def test_pandas_and_scripts_write_json(folder, orient):
    frame = pd.DataFrame(HAPPY_AND_SAD)
    (folder / "t.json").write_text(json.dumps(HAPPY_AND_SAD) if orient == "list" else frame.to_json(orient=orient))
    assert labels_of(folder) == ["happy", "sad"]


def test_no_row_of_json_is_dropped_for_its_length(folder):
    split = json.loads(pd.DataFrame(HAPPY_AND_SAD).to_json(orient="split"))
    split["data"][0].append("one too many")
    (folder / "t.json").write_text(json.dumps(split))
    with pytest.raises(DataError, match="This is no table"):
        load(f"manifest:{folder}")


def test_a_picture_of_no_known_kind_is_said_to_be_one(folder):
    (folder / "a.png").write_bytes(b"no picture")
    pd.DataFrame(HAPPY_AND_SAD).to_csv(folder / "t.csv")
    with pytest.raises(DataError, match=r"a.png: This can't be read as an image \(of no kind that is known\)"):
        load(f"manifest:{folder / 't.csv'}").image(0)


@pytest.mark.parametrize(
    "before", ["/home/ada/data/", "C:\\Users\\Ada\\", "https://example.org/faces/", "data/"], ids=str
)
def test_images_may_have_come_from_elsewhere(folder, before):
    """As they are named where the table was written, if all are named so."""
    (folder / "t.csv").write_text(f"image,label\n{before}gone.png,sad\n{before}a.png,happy\n{before}b.png,sad\n")
    faults = Faults()
    assert labels_of(folder / "t.csv", Meanings(), faults) == ["happy", "sad"]
    assert faults.count == 1
    (folder / "t.csv").write_text(f"image,label\na.png,happy\n{before}b.png,sad\n")
    assert labels_of(folder / "t.csv", Meanings(), Faults()) == ["happy"], "those beside the table are other ones"


def test_the_case_and_the_suffix_of_a_name_may_differ_where_one_picture_is_meant(folder):
    (folder / "t.csv").write_text("image,label\nA.PNG,happy\nb,sad\nc.jpg,fear\n")
    (folder / "c.PNG").write_bytes((folder / "a.png").read_bytes())
    faults = Faults()
    assert labels_of(folder / "t.csv", Meanings(), faults) == ["happy", "sad"]
    assert faults.told() == [f"{folder / 't.csv'}, row 4: There is no file “c.jpg”."]


def test_tables_called_after_splits_are_those(folder):
    for name, image in (("train_labels", "a"), ("test_labels", "b")):
        (folder / f"{name}.csv").write_text(f"image,label\n{image}.png,happy\n")
    assert len(load(f"manifest:{folder}#test_labels")) == 1
    with pytest.raises(DataError, match="several splits \\(test_labels and train_labels\\)"):
        load(f"manifest:{folder}")
    (folder / "notes.csv").write_text("a,b\n")
    with pytest.raises(DataError, match="several tables"):
        load(f"manifest:{folder}")


@pytest.mark.parametrize("kept_as", ["a.png", "1a2b3c4d-a.png"])
def test_label_studios_json_has_all_annotations_of_a_task(folder, kept_as):
    (folder / "a.png").rename(folder / kept_as)
    (folder / "export.json").write_text(json.dumps([TASK]))
    faces = load(f"manifest:{folder / 'export.json'}")
    assert faces.names == [kept_as]
    assert [(vote.annotator, vote.target.index(1)) for vote in faces.votes[0]] == [
        ("5", Emotion.HAPPY),
        ("6", Emotion.SAD),
    ]


def test_label_studios_boxes_are_in_percent_and_have_their_words(folder):
    Image.new("RGB", (200, 100)).save(folder / "a.png")
    value = {"x": 50, "y": 10, "width": 25, "height": 50, "rotation": 0, "rectanglelabels": ["Fear"]}
    region = {"id": "r1", "type": "rectanglelabels", "original_width": 200, "original_height": 100, "value": value}
    task = TASK | {"annotations": [{"id": 1, "completed_by": 5, "result": [region]}]}
    (folder / "export.json").write_text(json.dumps([task]))
    least = [
        {"id": 1, "image": "/data/upload/a.png", "label": [value | {"original_width": 200, "original_height": 100}]}
    ]
    (folder / "least.json").write_text(json.dumps(least))
    with (folder / "t.csv").open("w", newline="") as file:
        rows = csv.DictWriter(file, ["annotation_id", "annotator", "id", "image", "label"])
        rows.writeheader()
        rows.writerow(least[0] | {"label": json.dumps(least[0]["label"]), "annotator": 5, "annotation_id": 1})
    for name in ("export.json", "least.json", "t.csv"):
        faces = load(f"manifest:{folder / name}")
        assert (faces.image(0).size, Emotion(faces.labels[0])) == ((50, 50), Emotion.FEAR)


def test_label_studios_csv_and_least_json_name_a_choice(folder):
    rows = [{"annotation_id": 1, "annotator": 1, "choice": "Happy", "id": 1, "image": "/data/upload/1/1a2b-a.png"}]
    pd.DataFrame(rows).to_csv(folder / "t.csv", index=False)
    (folder / "least.json").write_text(json.dumps(rows))
    (folder / "several.json").write_text(json.dumps([rows[0] | {"choice": {"choices": ["Happy", "Sad"]}}]))
    assert labels_of(folder / "t.csv") == labels_of(folder / "least.json") == ["happy"]
    shares = load(f"manifest:{folder / 'several.json'}").targets[0]
    assert shares[[Emotion.HAPPY, Emotion.SAD]].tolist() == [0.5, 0.5]


@pytest.mark.parametrize("content", ["{}", "[1]", "nothing", '[{"annotations": [{"result": 3}]}]', "[" * 100_000])
def test_json_that_is_no_export_is_refused(folder, content):
    (folder / "export.json").write_text(content)
    with pytest.raises(DataError):
        load(f"manifest:{folder / 'export.json'}")


def test_hugging_faces_image_folder_is_a_table_in_each_split(tmp_path):
    for split, label in (("train", "joy"), ("test", "sad")):
        (tmp_path / split).mkdir()
        (tmp_path / split / "0.png").write_bytes(drawn_face(10))
        (tmp_path / split / "metadata.jsonl").write_text(json.dumps({"file_name": "0.png", "label": label}) + "\n")
    assert labels_of(f"{tmp_path}#test") == ["sad"]
    assert labels_of(f"{tmp_path}#train", Meanings(Vocabulary.parsed(["joy=happy"]))) == ["happy"]
    with pytest.raises(DataError, match="several splits"):
        labels_of(tmp_path)


def test_words_that_nobody_knows_are_told_once_with_their_rows(folder):
    pd.DataFrame({"image": ["a.png", "b.png", "c.png"], "label": ["Joy", "joy ", "happy"]}).to_csv(folder / "t.csv")
    faults = Faults()
    assert labels_of(folder / "t.csv", Meanings(), faults) == ["happy"]
    assert faults.words == {"joy": 2}
    [told] = faults.told()
    assert "row 2: The emotion “Joy” is unknown." in told and told.endswith(" 1 more say so.")
    with pytest.raises(DataError, match="The emotion “Joy” is unknown"):
        labels_of(folder / "t.csv")


@pytest.mark.parametrize(
    ("said", "labels", "classes"),
    [
        (["joy=happy", "Scared=fear"], ["Joy", "scared"], ["happy", "fear"]),
        (["raf-db"], [1, 7], ["surprise", "neutral"]),
        (["RAF-DB"], [4.0, None], ["happy"]),
        (["fer2013"], ["0", "3"], ["anger", "happy"]),
        (["affectnet"], [8, 7], ["contempt"]),
        (["fer2013", "0=disgust"], [0, 1], ["disgust", "disgust"]),
        (["kdef"], ["AF", "su"], ["fear", "surprise"]),
        (["ck+"], ["   3.0000000e+00", "5e0"], ["disgust", "happy"]),
        (["joy=", "scared=fear"], ["joy", "scared"], ["fear"]),
    ],
)
def test_words_and_numbers_mean_what_somebody_says(folder, said, labels, classes):
    pd.DataFrame({"image": ["a.png", "b.png"], "label": labels}).to_csv(folder / "t.csv", index=False)
    assert labels_of(folder / "t.csv", Meanings(Vocabulary.parsed(said)), Faults()) == classes


@pytest.mark.parametrize("said", ["joy", "=happy", "joy=glee", ""])
def test_what_maps_nothing_is_refused(said):
    with pytest.raises(DataError):
        Vocabulary.parsed([said])


def test_the_rows_around_a_fault_are_read(folder):
    rows = ["image,label", "a.png,happy", "gone.png,sad", "b.png", "../c.png,sad", "c.png,", "c.png,sad"]
    (folder / "t.csv").write_text("\n".join(rows))
    faults = Faults()
    assert labels_of(folder / "t.csv", Meanings(), faults) == ["happy", "sad"]
    assert [told.partition("t.csv, ")[2][:5] for told in faults.told()] == ["row 3", "row 4", "row 5", "row 6"]
    with pytest.raises(
        DataError, match=r"(?s)row 3: There is no file “gone\.png”.*row 6: The cell for the label is empty"
    ):
        labels_of(folder / "t.csv")


def test_of_very_many_faults_the_first_are_told_and_the_others_counted(folder):
    (folder / "t.csv").write_text("image,label\na.png,sad\n" + "gone.png,sad\n" * 1000)
    faults = Faults()
    load(f"manifest:{folder / 't.csv'}", Meanings(), faults)
    assert (faults.count, len(faults.told()), faults.told()[-1]) == (1000, 21, "and 980 more")


@pytest.mark.parametrize("count", [3, 250])
def test_a_table_of_hugging_faces_holds_its_images_and_names_its_classes(tmp_path, count):
    """Of which `datasets` keeps a hundred in a group of rows."""
    from datasets import ClassLabel, Dataset, Features
    from datasets import Image as ImageFeature

    rows = {
        "image": [Image.new("L", (20, 20), number) for number in range(count)],
        "label": [(-1, 0, 1)[number % 3] for number in range(count)],
    }
    features = Features({"image": ImageFeature(), "label": ClassLabel(names=["sad", "joy"])})
    Dataset.from_dict(rows, features).to_parquet(tmp_path / "train.parquet")
    faults = Faults()
    faces = load(f"manifest:{tmp_path / 'train.parquet'}", Meanings(Vocabulary.parsed(["joy=happy"])), faults)
    assert [Emotion(label) for label in faces.labels[:2]] == [Emotion.SAD, Emotion.HAPPY]
    assert faults.count == count // 3 + (count % 3 > 0)
    pixels = [faces.image(index, "L").getpixel((0, 0)) for index in range(len(faces))]
    assert pixels == [number for number in range(count) if number % 3]
