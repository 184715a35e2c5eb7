"""What a run begins with is a network that reads faces, and tells emotions, as training has them."""

import json
import re
import shutil

import keras
import pytest

from fers.domain.emotions import LABELS
from tests.training import tiny
from tests.training.folders import write_model_folder
from training.beginnings import learned

TURNED = list(reversed(LABELS))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_model_folder(tmp_path_factory.mktemp("models") / "tiny", tiny.build())


@pytest.fixture
def described(model, tmp_path):
    """The same model, described otherwise."""

    def described(part, said):
        document = json.loads((model / "model.json").read_text())
        document[part] |= said
        folder = shutil.copytree(model, tmp_path / "tiny")
        (folder / "model.json").write_text(json.dumps(document))
        return folder

    return described


@pytest.mark.parametrize(
    ("part", "said", "told"),
    [
        ("input", {"range": [-1, 1]}, "range [-1.0, 1.0], not [0.0, 1.0]"),
        ("input", {"mean": [0.5], "std": [0.2]}, "mean [0.5], not []"),
        ("input", {"order": "BGR"}, 'order "BGR", not "RGB"'),
        ("input", {"layout": "NCHW"}, 'layout "NCHW", not "NHWC"'),
        ("output", {"classes": TURNED}, f"classes {json.dumps(TURNED)}, not {json.dumps(LABELS)}"),
        ("output", {"kind": "logits"}, 'kind "logits", not "probabilities"'),
    ],
)
def test_a_model_that_is_fed_or_read_otherwise_is_not_begun_with(described, part, said, told):
    folder = described(part, said)
    for place in (folder, folder / "model.keras"):
        with pytest.raises(ValueError, match=re.escape(f"its model.json says {told}: name another model")):
            learned(place)


def test_a_model_whose_classes_go_by_other_names_is_begun_with(described):
    assert learned(described("output", {"classes": ["Neutral", "happiness", *LABELS[2:]]})).name == "tiny"


def test_a_sequential_network_is_begun_with_like_any_other(tmp_path):
    emotion = keras.layers.Dense(len(LABELS), activation="softmax", name="emotion")
    keras.Sequential([keras.Input((16, 16, 1)), keras.layers.Flatten(), emotion]).save(tmp_path / "model.keras")
    assert learned(tmp_path).output_names == ["emotion"]
