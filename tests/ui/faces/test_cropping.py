import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from fers.domain.boxes import Box
from fers.domain.images import Photo
from fers.ui.faces import cropping
from fers.ui.state import State
from tests.waiting import LONG


class Screen:
    """A screen of some width on which somebody draws."""

    def __init__(self, width: int | None):
        self.width = width
        self.drawn = None
        self.shown = []

    def __call__(self, **_arguments):
        return self

    def cropper(self, picture, default_coords, key, **_arguments):
        self.given = left, right, top, bottom = default_coords
        self.shown.append((picture.size, key))
        return self.drawn or {"left": left, "top": top, "width": right - left, "height": bottom - top}


@pytest.fixture
def screen(monkeypatch):
    def make(width):
        screen = Screen(width)
        monkeypatch.setattr(cropping, "_width", screen)
        monkeypatch.setattr(cropping, "st_cropper", screen.cropper)
        return screen

    here = State()
    monkeypatch.setattr(cropping, "state", lambda: here)
    return make


PHOTO = Photo(b"", 4000, 3000, Image.new("RGB", (1024, 768)))


def test_a_large_photo_is_shown_as_wide_as_the_phone_and_its_box_is_in_the_photos_pixels(screen):
    phone = screen(340)
    box = cropping.choose_crop(PHOTO, Box(1000, 500, 1200, 1200), "a")
    assert phone.shown[0][0] == (340, 255)
    assert all(abs(got - want) <= 12 for got, want in zip(box.as_list(), [1000, 500, 1200, 1200], strict=True))


def test_all_of_the_frame_is_on_the_picture(screen):
    """streamlit-cropper draws it to the right of and below what it is given, and gives back the outside of it."""
    phone, frame = screen(340), 4
    start = Box(2000, 1000, 2000, 2000)
    assert cropping.choose_crop(PHOTO, start, "a") == start
    left, right, top, bottom = phone.given
    assert right + frame == phone.shown[0][0][0] and bottom + frame == phone.shown[0][0][1]
    phone.drawn = {"left": left, "top": top, "width": right - left + frame, "height": bottom - top + frame}
    moved_and_back = cropping.choose_crop(PHOTO, start, "a")
    assert all(abs(got - want) <= 12 for got, want in zip(moved_and_back.as_list(), start.as_list(), strict=True))


def test_without_a_start_the_box_is_in_the_middle(screen):
    screen(700)
    box = cropping.choose_crop(PHOTO, None, "a")
    assert abs(box.left + box.width / 2 - 2000) < 10 and abs(box.top + box.height / 2 - 1500) < 10


def test_nothing_is_shown_before_the_width_is_known(screen):
    unknown = screen(None)
    assert cropping.choose_crop(PHOTO, None, "a") is None and not unknown.shown


def test_every_photo_and_face_gets_a_box_of_its_own(screen):
    phone = screen(340)
    for key in ("a", "b"):
        cropping.choose_crop(PHOTO, Box(0, 0, 500, 500), key)
    assert phone.shown[0][1] != phone.shown[1][1]


def test_turning_the_phone_keeps_the_box(screen):
    upright = screen(340)
    upright.drawn = {"left": 100, "top": 100, "width": 85, "height": 85}
    before = cropping.choose_crop(PHOTO, Box(0, 0, 500, 500), "a")
    screen(700)
    after = cropping.choose_crop(PHOTO, Box(0, 0, 500, 500), "a")
    assert all(abs(got - want) <= 12 for got, want in zip(after.as_list(), before.as_list(), strict=True))


@given(
    st.tuples(st.integers(64, 5000), st.integers(64, 5000)),
    st.floats(0.05, 5),
    *[st.integers(-2000, 3000)] * 2,
    *[st.integers(0, 3000)] * 2,
)
def test_however_it_is_drawn_the_box_is_a_square_on_the_photo(size, factor, left, top, width, height):
    drawn = {"left": left, "top": top, "width": width, "height": height}
    box = cropping.on_photo(drawn, factor, size)
    assert box.width == box.height >= cropping.SMALLEST_SIDE
    assert 0 <= box.left <= size[0] - box.width and 0 <= box.top <= size[1] - box.height


def test_the_box_moves_without_a_mouse(monkeypatch):
    monkeypatch.setattr(cropping, "_width", Screen(600))
    app = AppTest.from_function(page_with_a_photo, default_timeout=LONG).run()
    assert app.session_state["box"].as_list() == [100, 100, 300, 300]
    for word, change in {"Left": [-30, 0, 0, 0], "Down": [0, 30, 0, 0], "Larger": [-15, -15, 30, 30]}.items():
        before = app.session_state["box"].as_list()
        next(button for button in app.button if button.label == word).click().run()
        after = app.session_state["box"].as_list()
        moved = [new - old for new, old in zip(after, before, strict=True)]
        assert all(abs(got - want) <= 1 for got, want in zip(moved, change, strict=True)), word


def page_with_a_photo():
    import streamlit as st
    from PIL import Image

    from fers.domain.boxes import Box
    from fers.domain.images import Photo
    from fers.ui.faces import cropping

    photo = Photo(b"", 600, 500, Image.new("RGB", (600, 500)))
    st.session_state["box"] = cropping.choose_crop(photo, Box(100, 100, 300, 300), "a")
