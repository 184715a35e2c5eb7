"""What people say of their face is told wherever the face is, and what was handed out before stays as it was."""

import io
import json
import zipfile
from dataclasses import replace

import pyarrow
from pyarrow import parquet

from fers.domain.emotions import Emotion
from fers.domain.faces import DETAILS, Answer, Display, LiveGuess
from fers.domain.people import OPERATOR
from fers.domain.versions import Entry, content_id
from fers.exporting import columns
from fers.exporting.exported_version import Cut, ExportedVersion
from tests.contracts.samples import a_study, a_version, an_entry
from tests.exporting import versions
from tests.people import give_face, participant

TALKATIVE = Answer(Emotion.SAD, True, Display.FELT, intensity=2, valence=-0.5, arousal=0.25)
LIVE = LiveGuess("fersnet", "ab" * 32, (0.3,) + (0.1,) * 7)
ID = "66e9dde0da27abc83bd4dbb476a3bc63b91b2417256b5f8f908a2a4ac845672a"
ID_WITH_LIVE = "2e8d813ef2d430306411aab1a976b17d429f407bdada824dc44a449f8ab5c4bf"
DESCRIBED = (
    '{"id": "0282d9b79f42c74c1550b20ff2dd16aa", "split": "train", "person": "3e391edd4afe592a", '
    '"label": "sad", "label_source": "annotators", "felt": null, "posed": "happy", "perceived": "sad", '
    '"own_label": "happy", "expression": "posed", "intensity": 3, "valence": 0.5, "arousal": null, '
    '"box": [10, 20, 200, 200], "width": 640, "height": 480, "source": "webcam", '
    '"photo_sha256": "abababababababababababababababababababababababababababababababab", '
    '"consent": "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd", '
    '"model": {"id": "alexnet", "version": "1"}, "probabilities": {"neutral": 0.3, "happy": 0.1, '
    '"sad": 0.1, "surprise": 0.1, "fear": 0.1, "disgust": 0.1, "anger": 0.1, "contempt": 0.1}, '
    '"votes": [{"annotator": "939f6fde373ac7d3", "verdict": "emotion", "shares": {"neutral": 0.0, '
    '"happy": 0.0, "sad": 1.0, "surprise": 0.0, "fear": 0.0, "disgust": 0.0, "anger": 0.0, '
    '"contempt": 0.0}, "valence": 0.5, "arousal": -0.5, "saw_prediction": false}, '
    '{"annotator": "9636dab80b62f8b0", "verdict": "unknown", "shares": null, "valence": null, '
    '"arousal": null, "saw_prediction": false}]}'
)


def test_all_that_people_say_is_in_their_own_download_and_in_every_table_and_list_of_a_version(platform):
    ada = participant(platform)
    face = give_face(platform, ada, TALKATIVE)
    platform.versions.freeze(OPERATOR, face.study_id, "v1")
    said = {detail.name: detail.read(face.answer) for detail in DETAILS}
    assert list(said.values()) == list(face.answer.details.values())

    [own] = json.loads(zipfile.ZipFile(io.BytesIO(b"".join(platform.data_export.download(ada)))).read("faces.json"))
    archive = versions.download(platform, "imagefolder")
    [line] = versions.described(archive)
    [table] = [name for name in archive.namelist() if name.endswith("metadata.parquet")]
    [row] = parquet.read_table(archive.open(table)).to_pylist()
    for told in (own, line, row):
        assert {name: told.get(name) for name in said} == said

    [record_set] = json.loads(archive.read("croissant.json"))["recordSet"]
    datasheet = archive.read("DATASHEET.md").decode()
    assert set(said) <= {field["name"] for field in record_set["field"]}
    assert all(f"- `{detail.name}` (" in datasheet and detail.words in datasheet for detail in DETAILS)


def test_older_versions_keep_their_ids_and_are_handed_out_as_they_were():
    """A test that fails here means that what people downloaded can't be had again: see `Field.always`."""
    entry = an_entry()
    exported = ExportedVersion(a_version(), a_study(), 1, Cut.WHOLE, lambda entry: b"", lambda *part: iter([entry]))
    assert json.dumps(columns.described(exported, entry)) == DESCRIBED
    assert content_id("s", [entry]) == ID
    assert content_id("s", [an_entry(live=LIVE)]) == ID_WITH_LIVE


def test_the_label_of_an_imported_set_is_told_apart_from_annotators():
    """Whoever works out agreement from the votes would else take it for one more annotator."""
    [annotators, *_] = an_entry().votes
    entry = an_entry(votes=(annotators, replace(annotators, annotator="the set", of_a_set=True)))
    exported = ExportedVersion(a_version(), a_study(), 1, Cut.WHOLE, lambda entry: b"", lambda *part: iter([entry]))
    assert [vote.get("of_a_set", False) for vote in columns.described(exported, entry)["votes"]] == [False, True]
    row = columns.row(exported, entry)
    read = pyarrow.Table.from_pylist([row | {"image": "a.png"}], columns.schema("image", False)).to_pylist()
    assert [vote["of_a_set"] for vote in read[0]["votes"]] == [False, True]
    assert "`of_a_set`" in columns.in_words()


def test_an_entry_from_before_something_was_kept_has_the_id_it_had():
    document = an_entry().as_document()
    del document["live"]
    assert content_id("s", [Entry.from_document(document)]) == ID
