"""The app on a fresh store, with a model and a face detector that need no weights."""

import io

import numpy as np
import pytest
import streamlit as st
from driving import REPOSITORY
from fers.domain.boxes import Box
from PIL import Image
from skimage import data
from streamlit.testing.v1 import AppTest

from fers import platform as assembly
from fers.domain.emotions import LABELS
from fers.domain.models import InputSpec, ModelInfo
from fers.ui import giving, services

PROBABILITIES = (0.01, 0.9, 0.02, 0.03, 0.01, 0.01, 0.01, 0.01)


class HappyModel:
    """A model that finds everybody happy."""

    info = ModelInfo("happy", "1", "Happy", "none", "", LABELS, InputSpec(224, 224, 3, (0, 1)), 1.5, "none", "none")

    def models(self):
        return [self.info]

    def default(self):
        return self.info

    def classifier(self, model_id=None):
        return self

    def preload(self):
        pass

    def predict(self, faces: np.ndarray) -> np.ndarray:
        assert faces.shape[1:] == (224, 224, 3)
        return np.tile(PROBABILITIES, (len(faces), 1))


class AstronautDetector:
    """Knows where the face of the test photo is."""

    def detect(self, pixels: Image.Image) -> list[Box]:
        return [Box(174, 72, 96, 96)] if pixels.size == (512, 512) else []


@pytest.fixture
def cookies(monkeypatch) -> dict[str, str]:
    """The cookies that the browser sent when it opened the page."""
    sent = {}
    monkeypatch.setattr(type(st.context), "cookies", sent)
    return sent


@pytest.fixture
def platform(tmp_path, monkeypatch):
    """The services behind the pages under test."""
    monkeypatch.setenv("FERS_DATA", str(tmp_path))
    monkeypatch.setattr(assembly, "registry", lambda settings: HappyModel())
    monkeypatch.setattr(assembly, "face_detector", AstronautDetector)
    # AppTest runs no browser, so nothing draws a box there: it stays where it starts.
    monkeypatch.setattr(giving, "choose_crop", lambda photo, start, key: start or Box(0, 0, *photo.size))
    services.platform.cache_clear()
    yield services.platform()
    services.platform.cache_clear()


@pytest.fixture
def app(platform, cookies) -> AppTest:
    """The app, as somebody sees it who has just opened it."""
    return AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=20).run()


@pytest.fixture
def astronaut() -> bytes:
    """A free photo of a face (512 x 512), as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(data.astronaut()).save(file, "PNG")
    return file.getvalue()
